using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <summary>
/// A bare program of random user instructions: it loads all registers from a table, runs the instructions with a
/// checkpoint of all registers now and then, prints the checkpoints and a scratch page in hexadecimal, and ends. Every
/// user instruction of the definition takes part; jumps skip one instruction, memory is that of the scratch page.
/// </summary>
internal sealed partial class RandomProgram
{
    private const ulong Start = 0x8000_0000;
    private const ulong Data = 0x8020_0000;
    private const int ScratchBytes = 2048;
    private const int Base = 31; // holds the address of the scratch page
    private const int Area = 30; // holds the address of the next checkpoint
    private const int Registers = 30; // x0 to x29 are the program's

    private const int StackPointer = 2;

    private static readonly string[] Left = ["ecall", "ebreak", "fence", "c.ebreak"];

    private readonly IsaDefinition _isa;
    private readonly Chance _chance;
    private readonly List<byte> _code = [];
    private readonly int _bytes;
    private readonly Instruction[] _instructions;

    public RandomProgram(IsaDefinition isa, ulong seed, int count, int every = 100, params string[] without)
    {
        (_isa, _chance, _bytes) = (isa, new Chance(seed), isa.AddressBits / 8);
        string[] left = [.. Left, .. without];
        _instructions = [.. isa.Instructions.Where(i => i.DeclaredClass == InstructionClass.User && !left.Contains(i.Name))];
        LoadRegisters();
        for (var i = 0; i < count; i++)
        {
            if (i % every == 0) Checkpoint();
            AddRandom();
        }

        Checkpoint();
        Print();
        Image = BuildImage();
    }

    /// <summary>An ELF file.</summary>
    public byte[] Image { get; }

    /// <summary>Names of the instructions that take part.</summary>
    public IReadOnlyList<string> Names => [.. _instructions.Select(i => i.Name)];

    private string Load => _bytes == 8 ? "ld" : "lw";

    private string Store => _bytes == 8 ? "sd" : "sw";

    private void LoadRegisters()
    {
        Add("lui", ("rd", Base), ("imm", (int)(Data & 0x7fff_ffff) | int.MinValue));
        if (_bytes == 8) ZeroUpperHalf(Base);
        LoadFloats();
        for (var r = 1; r < Registers; r++) Add(Load, ("rd", r), ("rs1", Base), ("imm", r * 8));
        Add("addi", ("rd", Area), ("rs1", Base), ("imm", TableBytes));
        AddLarge(Area, ScratchBytes);
        Add("addi", ("rd", Base), ("rs1", Base), ("imm", TableBytes));
    }

    /// <summary>lui sign-extends: addresses of RAM have bit 31 set.</summary>
    private void ZeroUpperHalf(int register)
    {
        Add("slli", ("rd", register), ("rs1", register), ("shamt", 32));
        Add("srli", ("rd", register), ("rs1", register), ("shamt", 32));
    }

    private void AddLarge(int register, int amount)
    {
        for (; amount > 0; amount -= 2000) Add("addi", ("rd", register), ("rs1", register), ("imm", Math.Min(amount, 2000)));
    }

    private void Checkpoint()
    {
        for (var r = 1; r < Registers; r++) Add(Store, ("rs1", Area), ("rs2", r), ("imm", (r - 1) * 8));
        Add("addi", ("rd", Area), ("rs1", Area), ("imm", (Registers - 1) * 8));
        CheckFloats();
    }

    /// <summary>An instruction, behind what it needs in registers; a jump goes over one that it may skip.</summary>
    private void AddRandom()
    {
        var instruction = _instructions[_chance.Below(_instructions.Length)];
        var name = instruction.Name;
        var bare = name.StartsWith("c.", StringComparison.Ordinal) ? name[2..] : name;
        switch (bare)
        {
            case "jal" or "j" or "beqz" or "bnez" or "beq" or "bne" or "blt" or "bge" or "bltu" or "bgeu":
                AddOver(instruction, (bare == name ? 4 : 2) + 4);
                break;
            case "jalr" or "jr":
                AddIndirect(instruction, bare == name ? 4 : 2);
                break;
            case "lw" or "ld" or "sw" or "sd" or "lwsp" or "ldsp" or "swsp" or "sdsp"
                or "lbu" or "lhu" or "lh" or "sb" or "sh" when bare != name:
            case "flw" or "fld" or "fsw" or "fsd" or "flwsp" or "fldsp" or "fswsp" or "fsdsp" when bare != name:
                var pointer = bare.EndsWith("sp", StringComparison.Ordinal) ? StackPointer : 8 + _chance.Below(8);
                PointToScratch(pointer, _chance.Below(ScratchBytes / 2));
                AddDrawn(instruction, operand => operand == "rs1c" ? pointer : Operand(operand, instruction));
                break;
            case not null when bare[^2] == '.' && bare[..2] is "am" or "lr" or "sc":
                AddAtomic(instruction);
                break;
            case "lb" or "lbu" or "lh" or "lhu" or "lw" or "lwu" or "ld" or "sb" or "sh" or "sw" or "sd":
            case "flw" or "fld" or "fsw" or "fsd":
                AddDrawn(instruction, operand => operand switch
                {
                    "rs1" => Base,
                    "imm" => _chance.Below(ScratchBytes - 8),
                    _ => Operand(operand, instruction),
                });
                break;
            case not null when bare[0] == 'f':
                AddFloat(instruction);
                break;
            default:
                AddDrawn(instruction, operand => Operand(operand, instruction));
                break;
        }
    }

    /// <summary>Draws fields until there are some that the encoding has.</summary>
    private void AddDrawn(Instruction instruction, Func<string, long> draw)
    {
        while (true)
        {
            var fields = Array.ConvertAll(instruction.FieldNames, name => (name, draw(name)));
            if (!TryEncode(instruction.Name, fields, out var word)) continue;
            AddWord(word);
            return;
        }
    }

    private void AddOver(Instruction instruction, int distance)
    {
        AddDrawn(instruction, operand => operand == "imm" ? distance : Operand(operand, instruction));
        AddSkipped();
    }

    private void AddIndirect(Instruction instruction, int bytes)
    {
        var through = 1 + _chance.Below(Registers - 1);
        var imm = bytes == 4 ? _chance.Below(100) : 0;
        Add("auipc", ("rd", through), ("imm", 0));
        Add("addi", ("rd", through), ("rs1", through), ("imm", 8 + bytes + 4 - imm));
        AddDrawn(instruction, operand => operand switch
        {
            "rs1" => through,
            "imm" => imm,
            _ => Operand(operand, instruction),
        });
        AddSkipped();
    }

    /// <summary>What a jump may skip: one instruction that any state may or may not execute.</summary>
    private void AddSkipped() => Add("addi", ("rd", 1 + _chance.Below(Registers - 1)), ("rs1", 0), ("imm", 77));

    /// <summary>
    /// Words and double words have addresses of their own, so that none is reserved by the other's width. A few cells
    /// only: reservations shall be met.
    /// </summary>
    private void AddAtomic(Instruction instruction)
    {
        var pointer = 1 + _chance.Below(Registers - 1);
        var width = instruction.Name[^1];
        PointToScratch(pointer, Cell(width));
        if (instruction.Name[0] == 's' && _chance.Below(4) != 0)
        {
            var result = pointer % (Registers - 1) + 1;
            Add("lr." + width, ("aqrl", 0), ("rs1", pointer), ("rd", result));
            if (_chance.Below(4) == 0) Add("amoadd." + width, ("aqrl", 0), ("rs1", pointer), ("rs2", result), ("rd", result));
            if (_chance.Below(4) == 0) PointToScratch(pointer, Cell(width));
        }

        AddDrawn(instruction, operand => operand switch
        {
            "rs1" => pointer,
            "aqrl" => _chance.Below(4),
            _ => Operand(operand, instruction),
        });
    }

    private int Cell(char width) => _chance.Below(4) * 8 + (width == 'w' ? 4 : 0);

    private void PointToScratch(int register, int offset) =>
        Add("addi", ("rd", register), ("rs1", Base), ("imm", offset));

    private long Operand(string name, Instruction instruction) => name switch
    {
        "rd" => 1 + _chance.Below(Registers - 1),
        "rs1" or "rs2" => _chance.Below(Registers),
        "rdc" or "rs1c" or "rs2c" => 8 + _chance.Below(8),
        "imm" when instruction.Name is "lui" or "auipc" => (int)(_chance.Next() & 0xffff_f000),
        "imm" when instruction.Name == "c.lui" => (_chance.Below(64) - 32) << 12,
        "imm" when instruction.Name == "c.addi16sp" => (_chance.Below(64) - 32) << 4,
        "imm" when instruction.Name.StartsWith("c.", StringComparison.Ordinal) => _chance.Below(64) - 32,
        "imm" => _chance.Below(4096) - 2048,
        "uimm" when instruction.Name[^1] is 'b' or 'h' or 'u' => _chance.Below(4),
        "uimm" => _chance.Below(256) << 2,
        "rm" or "rmx" => _chance.Below(8),
        _ => _chance.Below(64),
    };

    private bool TryEncode(string name, (string, long)[] fields, out uint word)
    {
        try
        {
            word = _isa.Encode(name, fields);
            return true;
        }
        catch (ArgumentException)
        {
            word = 0; // a shift beyond the width, for one
            return false;
        }
    }

    /// <summary>Prints everything from the scratch page to the last checkpoint, then ends by the finisher.</summary>
    private void Print()
    {
        Add("lui", ("rd", 12), ("imm", 0x1000_0000));
        var loop = _code.Count;
        Add("lbu", ("rd", 13), ("rs1", Base), ("imm", 0));
        Add("srli", ("rd", 14), ("rs1", 13), ("shamt", 4));
        PrintDigit();
        Add("andi", ("rd", 14), ("rs1", 13), ("imm", 15));
        PrintDigit();
        Add("addi", ("rd", Base), ("rs1", Base), ("imm", 1));
        Add("bne", ("rs1", Base), ("rs2", Area), ("imm", loop - _code.Count));
        Add("lui", ("rd", 12), ("imm", 0x10_0000));
        Add("lui", ("rd", 13), ("imm", 0x5000));
        Add("addi", ("rd", 13), ("rs1", 13), ("imm", 0x555));
        Add("sw", ("rs1", 12), ("rs2", 13), ("imm", 0));
        Add("jal", ("rd", 0), ("imm", 0));
    }

    private void PrintDigit()
    {
        Add("addi", ("rd", 15), ("rs1", 14), ("imm", '0'));
        Add("addi", ("rd", 16), ("rs1", 0), ("imm", 10));
        Add("blt", ("rs1", 14), ("rs2", 16), ("imm", 8));
        Add("addi", ("rd", 15), ("rs1", 15), ("imm", 'a' - '0' - 10));
        Add("sb", ("rs1", 12), ("rs2", 15), ("imm", 0));
    }

    private void Add(string name, params (string, long)[] fields) => AddWord(_isa.Encode(name, fields));

    private void AddWord(uint word) => _code.AddRange(BitConverter.GetBytes(word).AsSpan(0, _isa.Decode(word).Length));

    private byte[] BuildImage()
    {
        var table = new byte[TableBytes];
        for (var r = 0; r < 32; r++) BitConverter.TryWriteBytes(table.AsSpan(r * 8), _chance.Value());
        for (var i = 0; i < Floats; i++) BitConverter.TryWriteBytes(table.AsSpan((32 + i) * 8), FloatValue());
        return TinyElf.Build(_isa.ElfClass, _isa.ElfMachine, _isa.BigEndian, 0, Start, (Start, [.. _code]), (Data, table));
    }
}

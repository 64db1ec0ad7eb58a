using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <summary>
/// A bare program of random user instructions: it loads all registers from a table, runs the instructions with a
/// checkpoint of all registers now and then, prints the checkpoints and a scratch page in hexadecimal, and ends. Every
/// user instruction of the definition takes part; branches skip one instruction, memory is that of the scratch page.
/// </summary>
internal sealed class RandomProgram
{
    private const ulong Start = 0x8000_0000;
    private const ulong Data = 0x8020_0000;
    private const int TableBytes = 32 * 8;
    private const int ScratchBytes = 2048;
    private const int Base = 31; // holds the address of the scratch page
    private const int Area = 30; // holds the address of the next checkpoint
    private const int Registers = 30; // x0 to x29 are the program's

    private static readonly string[] Left = ["ecall", "ebreak", "fence", "fence.i", "fence.tso", "pause", "jal", "jalr"];

    private readonly IsaDefinition _isa;
    private readonly Chance _chance;
    private readonly List<uint> _words = [];
    private readonly int _bytes;
    private readonly Instruction[] _instructions;

    public RandomProgram(IsaDefinition isa, ulong seed, int count, int every = 100)
    {
        (_isa, _chance, _bytes) = (isa, new Chance(seed), isa.AddressBits / 8);
        _instructions = [.. isa.Instructions.Where(i => i.DeclaredClass == InstructionClass.User && !Left.Contains(i.Name))];
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
    }

    private void AddRandom()
    {
        while (true)
        {
            var instruction = _instructions[_chance.Below(_instructions.Length)];
            var isMemory = instruction.Name[0] is 'l' or 's' && instruction.Name is "lb" or "lbu" or "lh" or "lhu" or "lw"
                or "lwu" or "ld" or "sb" or "sh" or "sw" or "sd";
            var fields = Array.ConvertAll(instruction.OperandNames, name => (name, Operand(name, isMemory, instruction.Name)));
            if (!TryEncode(instruction.Name, fields, out var word)) continue;
            _words.Add(word);
            // What a branch skips must be one instruction that any state may or may not execute.
            if (instruction.Name[0] == 'b') Add("addi", ("rd", 1 + _chance.Below(Registers - 1)), ("rs1", 0), ("imm", 77));
            return;
        }
    }

    private long Operand(string name, bool isMemory, string instruction) => name switch
    {
        "rd" => 1 + _chance.Below(Registers - 1),
        "rs1" when isMemory => Base,
        "rs1" or "rs2" => _chance.Below(Registers),
        "imm" when isMemory => _chance.Below(ScratchBytes - 8),
        "imm" when instruction[0] == 'b' => 8,
        "imm" when instruction is "lui" or "auipc" => (int)(_chance.Next() & 0xffff_f000),
        "imm" => _chance.Below(4096) - 2048,
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
        var loop = _words.Count;
        Add("lbu", ("rd", 13), ("rs1", Base), ("imm", 0));
        Add("srli", ("rd", 14), ("rs1", 13), ("shamt", 4));
        PrintDigit();
        Add("andi", ("rd", 14), ("rs1", 13), ("imm", 15));
        PrintDigit();
        Add("addi", ("rd", Base), ("rs1", Base), ("imm", 1));
        Add("bne", ("rs1", Base), ("rs2", Area), ("imm", (loop - _words.Count) * 4));
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

    private void Add(string name, params (string, long)[] fields) => _words.Add(_isa.Encode(name, fields));

    private byte[] BuildImage()
    {
        var table = new byte[TableBytes];
        for (var r = 0; r < 32; r++) BitConverter.TryWriteBytes(table.AsSpan(r * 8), _chance.Value());
        var code = new byte[_words.Count * 4];
        for (var i = 0; i < _words.Count; i++) BitConverter.TryWriteBytes(code.AsSpan(i * 4), _words[i]);
        return TinyElf.Build(_isa.ElfClass, _isa.ElfMachine, (Start, code), (Data, table));
    }
}

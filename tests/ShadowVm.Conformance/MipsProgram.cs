using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <summary>MIPS: every user instruction that ends no process, in and out of delay slots.</summary>
internal sealed partial class MipsProgram : UserProgram
{
    private const int Zero = 0;
    private const int Base = 30; // holds the address of the scratch memory
    private const int Area = 29; // holds the address of the next checkpoint
    private const int Ra = 31;
    private const int Skipped = 77;

    private static readonly string[] Left = ["syscall", "break", "cop2", "lwc2", "ldc2", "swc2", "sdc2"];

    // The program's own: all but Base and Area.
    private static readonly int[] Own = [.. Enumerable.Range(1, 28), Ra];

    private readonly Instruction[] _instructions;
    private readonly Instruction[] _forSlots;

    public MipsProgram(IsaDefinition isa, ulong seed, int count, int every = 50)
        : base(isa, seed)
    {
        _instructions = [.. isa.Instructions.Where(i => i.DeclaredClass == InstructionClass.User && !Left.Contains(i.Name))];
        _forSlots = [.. _instructions.Where(i => Kind(i) == Sort.Plain)];
        Build(count, every);
    }

    private enum Sort
    {
        /// <summary>Alone, with any operands.</summary>
        Plain,
        Branch,
        Jump,
        JumpThrough,

        Float,

        /// <summary>Traps on overflow: its operands are made small first.</summary>
        Overflow,
        Linked,
    }

    /// <summary>All instructions that take part.</summary>
    public IReadOnlyList<string> Names => [.. _instructions.Select(i => i.Name)];

    protected override int CheckpointBytes => 4 * (Own.Length + 2 + Floats + 1);

    // The o32 calling convention, MIPS32 release 2.
    protected override uint ElfFlags => 0x7000_1001;

    protected override void LoadRegisters()
    {
        Address(Base, Data);
        Add("lw", ("rt", 1), ("rs", Base), ("imm", 0));
        Add("mthi", ("rs", 1));
        Add("lw", ("rt", 1), ("rs", Base), ("imm", 8));
        Add("mtlo", ("rs", 1));
        LoadFloats();
        foreach (var register in Own) Add("lw", ("rt", register), ("rs", Base), ("imm", 8 * register));
        Add("addiu", ("rt", Base), ("rs", Base), ("imm", TableBytes));
        Add("addiu", ("rt", Area), ("rs", Base), ("imm", ScratchBytes));
    }

    protected override void Checkpoint()
    {
        for (var i = 0; i < Own.Length; i++) Add("sw", ("rt", Own[i]), ("rs", Area), ("imm", 4 * i));
        foreach (var (name, at) in new[] { ("mfhi", Own.Length), ("mflo", Own.Length + 1) })
        {
            Add(name, ("rd", 1));
            Add("sw", ("rt", 1), ("rs", Area), ("imm", 4 * at));
        }

        StoreFloats(Own.Length + 2);

        Add("lw", ("rt", 1), ("rs", Area), ("imm", 0));
        Add("addiu", ("rt", Area), ("rs", Area), ("imm", CheckpointBytes));
    }

    protected override void AddRandom()
    {
        var instruction = OneOf(_instructions);
        switch (Kind(instruction))
        {
            case Sort.Plain:
                AddWord(Plain(instruction));
                break;

            case Sort.Branch:
                // Over the slot and one more, or to behind the slot; a link is no good as what is asked.
                var over = 1 + Chance.Below(4) / 3;
                Add(instruction.Name, [.. instruction.FieldNames.Select(name =>
                    (name, name switch { "imm" => 3 - over, "cc" => Chance.Below(8), _ => Source(name) }))]);
                AddSlotAndSkipped();
                break;

            case Sort.Float:
                AddFloat(instruction);
                break;

            case Sort.Jump:
                Add(instruction.Name, ("index", (long)((Here + 12) >> 2) & 0x3ff_ffff));
                AddSlotAndSkipped();
                break;

            case Sort.JumpThrough:
                var through = OneOf(Own);
                Address(through, Here + 20);
                var link = OneOf([.. Own.Where(register => register != through)]);
                Add(instruction.Name, [.. instruction.FieldNames.Select(name =>
                    (name, name switch { "rs" => (long)through, "rd" => link, _ => 16 * Chance.Below(2) }))]);
                AddSlotAndSkipped();
                break;

            case Sort.Overflow:
                var (a, b) = (OneOf(Own), OneOf(Own));
                Add("sra", ("rd", a), ("rt", a), ("sa", 2));
                Add("sra", ("rd", b), ("rt", b), ("sa", 2));
                Add(instruction.Name, [.. instruction.FieldNames.Select(name => (name, name switch
                {
                    "rs" => a,
                    "rt" when instruction.Name != "addi" => (long)b,
                    "imm" => Immediate(),
                    _ => OneOf(Own),
                }))]);
                break;

            default:
                AddLinked();
                break;
        }
    }

    protected override void LoopForEver()
    {
        Add("beq", ("rs", Zero), ("rt", Zero), ("imm", -1));
        Add("sll", ("rd", Zero), ("rt", Zero), ("sa", 0));
    }

    protected override void WriteAndExit()
    {
        Add("addiu", ("rt", 2), ("rs", Zero), ("imm", 4004)); // write
        Add("addiu", ("rt", 4), ("rs", Zero), ("imm", 1));
        Address(5, Result);
        Address(6, (ulong)ResultBytes);
        Add("syscall", ("code", 0));
        Add("addiu", ("rt", 2), ("rs", Zero), ("imm", 4001)); // exit
        Add("addiu", ("rt", 4), ("rs", Zero), ("imm", 0));
        Add("syscall", ("code", 0));
    }

    /// <summary>Registers of 32 bits for floating point, whatever the emulator prefers.</summary>
    protected override void Enter()
    {
        Add("addiu", ("rt", 2), ("rs", Zero), ("imm", 4192)); // prctl
        Add("addiu", ("rt", 4), ("rs", Zero), ("imm", 45)); // PR_SET_FP_MODE
        Add("addiu", ("rt", 5), ("rs", Zero), ("imm", 0));
        Add("syscall", ("code", 0));
        Add("j", ("index", (long)(Start >> 2)));
        Add("sll", ("rd", Zero), ("rt", Zero), ("sa", 0));
    }

    private static Sort Kind(Instruction instruction) => instruction.Name switch
    {
        "j" or "jal" => Sort.Jump,
        "jr" or "jalr" => Sort.JumpThrough,
        "add" or "addi" or "sub" => Sort.Overflow,
        "ll" or "sc" => Sort.Linked,
        ['b', ..] => Sort.Branch,
        var name when name.Contains('.', StringComparison.Ordinal) || name.EndsWith("c1", StringComparison.Ordinal) => Sort.Float,
        _ => Sort.Plain,
    };

    private uint Plain(Instruction instruction)
    {
        while (true)
        {
            var fields = Array.ConvertAll(instruction.FieldNames, name => (name, Operand(instruction.Name, name)));
            try
            {
                return Isa.Encode(instruction.Name, fields);
            }
            catch (ArgumentException)
            {
                // A bit field that reaches over the register's end, for one.
            }
        }
    }

    private long Operand(string instruction, string field)
    {
        if (instruction[0] == 't') return QuietOperand(instruction, field);
        return field switch
        {
            "rs" when instruction is ['l' or 's', .. var rest] && (rest is "b" or "h" or "w" or "bu" or "hu" or "wl" or "wr") => Base,
            "rs" when instruction is "synci" or "pref" => Base,
            "rd" when instruction == "rdhwr" => OneOf([0, 29]),
            "imm" when instruction is "lb" or "lbu" or "sb" or "lwl" or "lwr" or "swl" or "swr" => Chance.Below(ScratchBytes),
            "imm" when instruction is "lh" or "lhu" or "sh" => Chance.Below(ScratchBytes / 2) * 2,
            "imm" when instruction is "lw" or "sw" => Chance.Below(ScratchBytes / 4) * 4,
            "imm" when instruction is "synci" or "pref" => Chance.Below(ScratchBytes),
            "imm" => Immediate(),
            "uimm" => Immediate() & 0xffff,
            "rs" => Source(field),
            "rt" or "rd" => OneOf(Own),
            "stype" => 0,
            _ => Chance.Below(32),
        };
    }

    /// <summary>Operands with which a trap on a condition isn't taken.</summary>
    private long QuietOperand(string instruction, string field) => (instruction, field) switch
    {
        ("tne" or "tlt" or "tltu", "rs" or "rt") => Base,
        ("tge" or "tgeu" or "teq", "rs") => Zero,
        ("tge" or "tgeu" or "teq", "rt") => Base,
        (_, "rs") => Zero,
        ("tgei" or "tgeiu" or "teqi", "imm") => 1 + Chance.Below(1000),
        ("tlti", "imm") => -Chance.Below(1000),
        (_, "imm") => 0,
        _ => Chance.Below(32),
    };

    private long Source(string field) => field == "rs" && Chance.Below(16) == 0 ? Zero : OneOf(Own[..^1]);

    private long Immediate() => (short)Chance.Value();

    private void AddSlotAndSkipped()
    {
        AddWord(Plain(OneOf(_forSlots)));
        Add("addiu", ("rt", OneOf(Own)), ("rs", Zero), ("imm", Skipped));
    }

    /// <summary>A few words only, so that links are met: by stores to them, and by stores elsewhere.</summary>
    private void AddLinked()
    {
        var (word, value) = (Chance.Below(4) * 4, OneOf(Own));
        Add("ll", ("rt", value), ("rs", Base), ("imm", word));
        if (Chance.Below(2) == 0) Add("addiu", ("rt", value), ("rs", value), ("imm", 1));
        if (Chance.Below(4) == 0) Add("sw", ("rt", OneOf(Own)), ("rs", Base), ("imm", Chance.Below(4) * 4));
        Add("sc", ("rt", value), ("rs", Base), ("imm", Chance.Below(4) == 0 ? Chance.Below(4) * 4 : word));
    }

    private void Address(int register, ulong address)
    {
        Add("lui", ("rt", register), ("uimm", (long)(address >> 16)));
        Add("ori", ("rt", register), ("rs", register), ("uimm", (long)(address & 0xffff)));
    }
}

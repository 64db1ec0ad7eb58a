using ShadowVm.Engine;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;

namespace ShadowVm.Conformance;

/// <summary>
/// A Linux program for Alpha of random instruction sequences, each with new values in all registers before it and all
/// registers written out behind it. What traps is left out while the program is made, as QEMU delivers that as a signal;
/// so is an operation on two NaNs, of which QEMU takes the one that x87 would, and not the second as the handbook has it,
/// and a conditional store of another size than the load, which QEMU may do and deny. Where a sequence begins, what QEMU
/// decided under the control register of the one before is undone (<see cref="EndQemuBlock"/>).
/// </summary>
internal sealed class AlphaProgram : IDisposable
{
    private const ulong Start = 0x1000_0000;
    private const ulong MemoryBytes = 8 << 20;
    private const ulong Inputs = Start + (2 << 20);
    private const ulong Data = Start + (4 << 20);
    private const ulong Results = Start + (6 << 20);
    private const int DataBytes = 0x1_0000 + 0x1_0000;
    private const int PerSequence = 40;

    // Registers that sequences read and never write: the middle of the data, where results go, and one for addresses.
    private const int Base = 9;
    private const int Out = 10;
    private const int Scratch = 28;

    private const int StateBytes = 64 * 8;

    /// <summary>
    /// Sets the control register to f30, between the barriers without which the handbook (4.7.8.1) promises nothing of the
    /// instructions around it.
    /// </summary>
    public const string SetControl = "excb\nmt_fpcr f30\nexcb";

    /// <summary>
    /// Ends QEMU's block of translation, which it must have behind each write of the control register. The first instruction
    /// of a block that asks for underflow decides there whether small results of all of them become zero, by UNDZ; a write of
    /// the register has dynamic rounding decided anew, and not this (MT_FPCR and gen_qual_flushzero in QEMU's
    /// target/alpha/translate.c, 7.2 and later). So what stands behind the write, barriers or not, goes by the UNDZ of before,
    /// where the handbook (table 4-11 and 4.7.8.1) has it go by the one written: another result, UNF and INE set or not, and
    /// traps of denormals that should not be there. A branch to the next instruction ends no block: this one goes over another.
    /// </summary>
    public const string EndQemuBlock = "br zero, 1f\nnop\n1:";

    private static readonly ulong[] Floats =
    [
        0, 1UL << 63, 0x3ff0_0000_0000_0000, 0xbff0_0000_0000_0000, 0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000,
        0x7ff8_0000_0000_0000, 0x7ff4_0000_0000_0000, 0xfff8_0000_2000_0000, 1, 0x000f_ffff_ffff_ffff, 0x0010_0000_0000_0000,
        0x7fef_ffff_ffff_ffff, 0x3810_0000_0000_0000, 0x3800_0000_2000_0000, 0x47ef_ffff_e000_0000, 0x36a0_0000_0000_0000,
        0x3ff8_0000_0000_0000, 0x4330_0000_0000_0000, 0x43e0_0000_0000_0000, 0xc3e0_0000_0000_0000, 0x43df_ffff_ffff_ffff,
        0x41df_ffff_ffc0_0000, 0x4009_21fb_5444_2d18, 0x3ca0_0000_0000_0000,
    ];

    private readonly IsaDefinition _isa;
    private readonly Chance _chance;
    private readonly Instruction[] _instructions;
    private readonly CpuState _cpu;
    private readonly GuestMemory _memory;
    private readonly ExecutionEngine _engine;
    private ulong _at = Start;
    private char _locked; // the size of the last load that locks: one to r31 doesn't

    public AlphaProgram(IsaDefinition isa, ulong seed, int count)
        : this(isa, seed)
    {
        _instructions = [.. isa.Instructions.Where(IsTaken)];
        Sequences = Math.Max(1, count / PerSequence);
        ResultBytes = Sequences * (StateBytes + DataSample);
        for (var i = 0; i < Sequences; i++) Sequence(Inputs + (ulong)(i * StateBytes));
        (Text, Values, Image) = Finish(Sequences * StateBytes);
    }

    /// <summary>A given program: at is where its inputs are, s1 where its results go, s0 the middle of memory to use.</summary>
    public AlphaProgram(IsaDefinition isa, string text, int resultBytes, params ulong[] inputs)
        : this(isa, 1)
    {
        ResultBytes = resultBytes;
        for (var i = 0; i < inputs.Length; i++) Put(Inputs + (ulong)(8 * i), inputs[i]);
        Run($"ldiq at, {Inputs}");
        Write(text);
        (Text, Values, Image) = Finish(8 * inputs.Length);
    }

    private AlphaProgram(IsaDefinition isa, ulong seed)
    {
        _isa = isa;
        _chance = new Chance(seed);
        _instructions = [];
        _cpu = new CpuState(isa.SlotCount);
        _memory = new GuestMemory(Start, MemoryBytes);
        _engine = new ExecutionEngine(isa, _cpu, _memory, new NoDevices(), new EpochClock(), new EngineSettings { Tier = Tier.Reference });
        Reset(_cpu);
        for (var at = 0UL; at < DataBytes; at += 8) Assert.True(_memory.TryWrite(Data + at, 8, _chance.Value()));
        Before = Copy(Data, DataBytes);
        Run($"ldiq s0, {Data + (DataBytes / 2)}");
        Run($"ldiq s1, {Results}");
        Text = Values = Image = [];
    }

    public void Dispose()
    {
        _engine.Dispose();
        _memory.Dispose();
        _cpu.Dispose();
    }

    public int Sequences { get; }

    public int ResultBytes { get; }

    /// <summary>Bytes of the data that each sequence writes out with its registers.</summary>
    private static int DataSample => 64;

    /// <summary>Names of the instructions that came up.</summary>
    public HashSet<string> Names { get; } = [];

    public int Count { get; private set; }

    public byte[] Image { get; }

    private byte[] Text { get; }

    private byte[] Values { get; }

    private byte[] Before { get; }

    /// <summary>What the program writes, on an engine of ours that stops after so many instructions each time.</summary>
    public (byte[] Results, EngineStatistics Statistics) Run(EngineSettings settings, long counter)
    {
        using var cpu = new CpuState(_isa.SlotCount);
        using var memory = new GuestMemory(Start, MemoryBytes);
        using var engine = new ExecutionEngine(_isa, cpu, memory, new NoDevices(), new EpochClock(), settings);
        Reset(cpu);
        Fill(memory, Start, Text);
        Fill(memory, Inputs, Values);
        Fill(memory, Data, Before);
        ExitReason reason;
        do
        {
            var left = counter;
            reason = engine.Run(ref left);
            if (reason == ExitReason.Drain) engine.StepPrivileged(); // no trap is late here: a barrier waits for nothing
        }
        while (reason is ExitReason.Counter or ExitReason.Drain && cpu.Retired < 10_000_000);
        Assert.Equal(ExitReason.Kernel, reason);
        var results = new byte[ResultBytes];
        for (var i = 0; i < results.Length; i++)
        {
            Assert.True(memory.TryRead(Results + (ulong)i, 1, out var value));
            results[i] = (byte)value;
        }

        return (results, engine.Statistics);
    }

    /// <summary>Where two results differ first, in words.</summary>
    public static string Difference(byte[] ours, byte[] theirs)
    {
        if (ours.Length != theirs.Length) return $"{theirs.Length} bytes, not {ours.Length}";
        var at = ours.AsSpan().CommonPrefixLength(theirs);
        var (sequence, word) = (at / (StateBytes + DataSample), at % (StateBytes + DataSample) / 8);
        var place = word < 32 ? $"r{word}" : word < 63 ? $"f{word - 32}" : word == 63 ? "fpcr" : $"data {word - 64}";
        var from = at & ~7;
        return $"sequence {sequence}, {place}: {BitConverter.ToUInt64(ours, from):x} and {BitConverter.ToUInt64(theirs, from):x}";
    }

    /// <summary>The text of a sequence as assembly, for whoever looks for a difference.</summary>
    public string Listing(int sequence)
    {
        var lines = new List<string>();
        var current = -1;
        for (var at = 0; at < Text.Length; at += 4)
        {
            var word = BitConverter.ToUInt32(Text, at);
            var line = _isa.Disassemble(_isa.Decode(word), Start + (ulong)at);
            if (line == "mt_fpcr f30") current++;
            if (current == sequence) lines.Add(line);
        }

        return string.Join('\n', lines.Skip(4 + 28 + 31).Take(PerSequence));
    }

    /// <summary>Ends the program: it writes its results and exits.</summary>
    private (byte[] Text, byte[] Values, byte[] Image) Finish(int inputBytes)
    {
        Write($"""
            lda v0, 4(zero)
            lda a0, 1(zero)
            ldiq a1, {Results}
            ldiq a2, {ResultBytes}
            callsys
            lda v0, 1(zero)
            clr a0
            callsys
            """);
        var (text, values) = (Copy(Start, (int)(_at - Start)), Copy(Inputs, inputBytes));
        var image = TinyElf.Build(
            64, 0x9026, false, 0, Start, (Start, text), (Inputs, values), (Data, Before), (Results, new byte[ResultBytes]));
        return (text, values, image);
    }

    private static void Fill(GuestMemory memory, ulong address, byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i++) Assert.True(memory.TryWrite(address + (ulong)i, 1, bytes[i]));
    }

    private byte[] Copy(ulong address, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            Assert.True(_memory.TryRead(address + (ulong)i, 1, out var value));
            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private void Reset(CpuState cpu)
    {
        foreach (var file in _isa.Registers)
        {
            for (var i = 0; i < file.Count; i++) cpu[file.FirstSlot + i] = file.Reset;
        }

        cpu[_isa.PcSlot] = Start;
    }

    /// <summary>What a sequence may have: what goes nowhere else and doesn't tell of the processor.</summary>
    private static bool IsTaken(Instruction instruction) => instruction.DeclaredClass == InstructionClass.User
        && instruction.Name is not ("jmp" or "jsr" or "ret" or "jsr_coroutine" or "rpcc" or "amask" or "amask.lit" or "implver"
            or "mt_fpcr" or "fetch" or "fetch_m" or "ecb" or "wh64");

    private void Sequence(ulong input)
    {
        for (var i = 0; i < 31; i++)
        {
            Put(input + (ulong)(8 * i), _chance.Value());
            Put(input + (ulong)(8 * (32 + i)), _chance.Below(3) == 0 ? _chance.Value() : Floats[_chance.Below(Floats.Length)]);
        }

        // All exceptions disabled, as a Linux process begins, and all that may be chosen by chance.
        var chosen = _chance.Next() & (3UL << 58 | 1UL << 60 | 1UL << 48);
        Put(input + (8 * 63), 1UL << 62 | 1UL << 61 | 1UL << 51 | 1UL << 50 | 1UL << 49 | chosen);
        Run($"ldiq at, {input}");
        Run($"ldt f30, {8 * 63}(at)");
        Run(SetControl);
        Run(EndQemuBlock);
        for (var i = 0; i < 31; i++)
        {
            if (i is not (Base or Out or Scratch)) Run($"ldq r{i}, {8 * i}(at)");
            Run($"ldt f{i}, {8 * (32 + i)}(at)");
        }

        for (var i = 0; i < PerSequence; i++) Random();
        for (var i = 0; i < 3; i++) Run("nop"); // branches go over two instructions at most
        for (var i = 0; i < 31; i++)
        {
            if (i is not (Out or Scratch)) Run($"stq r{i}, {8 * i}(s1)");
            Run($"stt f{i}, {8 * (32 + i)}(s1)");
        }

        Run("mf_fpcr f30");
        Run($"stt f30, {8 * 63}(s1)");
        for (var i = 0; i < DataSample; i += 8)
        {
            Run($"ldq at, {i - 32}(s0)");
            Run($"stq at, {StateBytes + i}(s1)");
        }

        Run($"lda s1, {StateBytes + DataSample}(s1)");
    }

    /// <summary>One instruction that doesn't trap here.</summary>
    private void Random()
    {
        for (var tries = 0; tries < 50; tries++)
        {
            var instruction = _instructions[_chance.Below(_instructions.Length)];
            if (instruction.Name is "stl_c" or "stq_c" && instruction.Name[2] != _locked) continue;
            if (Fields(instruction) is not { } word || TakesTwoNans(instruction, word)) continue;
            var before = _cpu.Slots.ToArray();
            var (pc, retired) = (_cpu[_isa.PcSlot], _cpu.Retired);
            Put32(_at, word);
            if (pc != _at)
            {
                // A branch before went over this place: nobody carries it out, so that it may be anything.
                _at += 4;
                Count++;
                return;
            }

            _engine.StepPrivileged();
            if (_engine.TakeDelayed().IsEmpty && _cpu.Retired == retired + 1)
            {
                _at += 4;
                Names.Add(instruction.Name);
                if (instruction.Name is "ldl_l" or "ldq_l" && Operand(instruction, word, "ra") != 31) _locked = instruction.Name[2];
                Count++;
                return;
            }

            for (var i = 0; i < before.Length; i++) _cpu[i] = before[i];
            _cpu.Retired = retired;
        }

        Run("nop");
    }

    private uint? Fields(Instruction instruction)
    {
        var memory = instruction.OperandNames.Contains("rb") && instruction.OperandNames.Contains("disp");
        var fields = new List<(string, long)>();
        foreach (var name in instruction.OperandNames)
        {
            var register = _chance.Below(8) == 0 ? 31 : _chance.Below(31);
            fields.Add((name, name switch
            {
                "rb" when memory && instruction.Name is not ("lda" or "ldah") => Base,
                "ra" or "rc" when register is Base or Out or Scratch => 31,
                "ra" or "rb" or "rc" or "fa" or "fb" or "fc" => register,
                "disp" when memory => Displacement(instruction.Name),
                "disp" => _chance.Below(3), // a branch
                "hint" => 0,
                _ when name.EndsWith("quals", StringComparison.Ordinal) => _chance.Below(32),
                _ => _chance.Below(256),
            }));
        }

        try
        {
            // Fields with few values are drawn until they are among these.
            return _isa.Encode(instruction.Name, [.. fields]);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private long Displacement(string name)
    {
        var near = _chance.Below(2) == 0;
        var any = near ? _chance.Below(64) - 32 : _chance.Below(0x1_0000) - 0x8000;
        return name is "ldq_u" or "stq_u" or "lda" or "ldah" or "ldbu" or "stb" ? any : any & ~7;
    }

    /// <summary>
    /// Whether two NaNs meet, of which QEMU takes another one. A single has the top bit and the seven low ones of a register's
    /// exponent, so that it may be a NaN where the double in that register is a number.
    /// </summary>
    private bool TakesTwoNans(Instruction instruction, uint word)
    {
        (ulong Exponent, ulong Fraction)? format = instruction.Name switch
        {
            "adds" or "subs" or "muls" or "divs" => (0x47f0_0000_0000_0000, 0x000f_ffff_e000_0000),
            "addt" or "subt" or "mult" or "divt" => (0x7ff0_0000_0000_0000, 0x000f_ffff_ffff_ffff),
            _ => null,
        };
        if (format is not { } bits) return false;
        return IsNan("fa") && IsNan("fb");

        bool IsNan(string name)
        {
            var f = _isa.Registers.First(file => file.Name == "f");
            var value = _cpu[f.FirstSlot + (int)Operand(instruction, word, name)];
            return (value & bits.Exponent) == bits.Exponent && (value & bits.Fraction) != 0;
        }
    }

    private long Operand(Instruction instruction, uint word, string name) =>
        _isa.Decode(word).Operands[Array.IndexOf(instruction.OperandNames, name)];

    /// <summary>Adds instructions and carries them out, so that the state stays what the program has there.</summary>
    private void Run(string text)
    {
        var from = _at;
        Write(text);
        while (_cpu[_isa.PcSlot] >= from && _cpu[_isa.PcSlot] < _at) _engine.StepPrivileged();
    }

    private void Write(string text)
    {
        var assembled = Assembler.Assemble(_isa, "random.s", text, _at);
        Assert.True(assembled.Succeeded, string.Join('\n', assembled.Diagnostics));
        foreach (var value in assembled.Sections[0].Bytes) Assert.True(_memory.TryWrite(_at++, 1, value));
    }

    private void Put(ulong address, ulong value) => Assert.True(_memory.TryWrite(address, 8, value));

    private void Put32(ulong address, uint value) => Assert.True(_memory.TryWrite(address, 4, value));

    private sealed class NoDevices : IBus
    {
        public ulong Lines => 0;

        public bool IsDevice(ulong address) => false;

        public bool TryRead(ulong address, int bytes, out ulong value)
        {
            value = 0;
            return false;
        }

        public bool TryWrite(ulong address, int bytes, ulong value) => false;
    }
}

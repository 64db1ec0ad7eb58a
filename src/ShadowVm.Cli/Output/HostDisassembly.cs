using System.Globalization;
using System.Runtime.InteropServices;
using Iced.Intel;
using ShadowVm.Engine.Translation.Listing;

namespace ShadowVm.Cli.Output;

/// <summary>
/// Host code as it lies in memory. A method's size isn't known, so its code is found by following the control flow
/// from the entry: whatever its jumps and branches reach is its own, up to returns and jumps to computed addresses.
/// </summary>
internal sealed class HostDisassembly
{
    // Stand-ins in front of a method are a jump or two; a compiled block is some kilobytes.
    private const int StandInsMax = 4;
    private const ulong MethodBytesMax = 1 << 20;

    private readonly SortedDictionary<ulong, Instruction> _instructions = [];
    private readonly Dictionary<ulong, string> _labels = [];
    private readonly ulong _start;

    private HostDisassembly(HostCode code)
    {
        _start = BehindStandIns((ulong)code.Entry);
        Follow();
        code.KeepAlive();
        NameLabels();
    }

    /// <summary>Whether this process runs on a kind of host whose code can be read.</summary>
    public static bool IsPossible => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>What is said instead where it can't.</summary>
    public static string Refusal => string.Create(
        CultureInfo.InvariantCulture,
        $"left out: only x86-64 code is disassembled, and this host is {RuntimeInformation.ProcessArchitecture}");

    /// <summary>From the first byte to the last, with what pads loops to their alignment.</summary>
    public int Bytes => (int)(_instructions.Values.Last().NextIP - _start);

    /// <summary>Reads code from memory. <see cref="IsPossible"/> is true.</summary>
    public static HostDisassembly Of(HostCode code) => new(code);

    /// <summary>A line per instruction, with its offset from the entry, and labels where branches go.</summary>
    /// <param name="output">Takes the lines.</param>
    /// <param name="names">Names for addresses that stand in the code as constants.</param>
    public void Write(TextWriter output, IReadOnlyDictionary<ulong, string> names)
    {
        var formatter = new IntelFormatter(
            new FormatterOptions
            {
                HexPrefix = "0x",
                HexSuffix = "",
                UppercaseHex = false,
                SmallHexNumbersInDecimal = true,
                SignedImmediateOperands = true,
                SpaceAfterOperandSeparator = true,
                RipRelativeAddresses = true,
                ShowBranchSize = false,
                BranchLeadingZeros = false,
            },
            new Symbols(_labels, names));
        var text = new StringOutput();
        foreach (var (address, instruction) in _instructions)
        {
            if (_labels.TryGetValue(address, out var label)) output.WriteLine($"{label}:");
            formatter.Format(instruction, text);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{address - _start,8:x}  {text.ToStringAndReset()}"));
        }
    }

    /// <summary>A method's address may be that of a jump to it, direct or through a word of memory.</summary>
    private static ulong BehindStandIns(ulong entry)
    {
        for (var i = 0; i < StandInsMax; i++)
        {
            var first = At(entry).Decode();
            if (first.Code is Code.Jmp_rel8_64 or Code.Jmp_rel32_64) entry = first.NearBranchTarget;
            else if (first.Code == Code.Jmp_rm64 && first.IsIPRelativeMemoryOperand) entry = WordAt(first.IPRelativeMemoryAddress);
            else break;
        }

        return entry;
    }

    private static Decoder At(ulong address)
    {
        var decoder = Decoder.Create(64, new MemoryReader((nint)address));
        decoder.IP = address;
        return decoder;
    }

    private static ulong WordAt(ulong address) => (ulong)Marshal.ReadInt64((nint)address);

    private void Follow()
    {
        var open = new Stack<ulong>();
        open.Push(_start);
        while (open.TryPop(out var address))
        {
            var decoder = At(address);
            var goesOn = true;
            while (goesOn && !_instructions.ContainsKey(decoder.IP))
            {
                decoder.Decode(out var instruction);
                _instructions.Add(instruction.IP, instruction);
                goesOn = instruction.FlowControl is FlowControl.Next or FlowControl.Call or FlowControl.IndirectCall
                    or FlowControl.ConditionalBranch && !instruction.IsInvalid;
                if (TargetOf(instruction) is { } target) open.Push(target);
            }
        }
    }

    /// <summary>Where a direct jump or branch within the method goes; nothing in a method lies before its entry.</summary>
    private ulong? TargetOf(in Instruction instruction) =>
        instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch
        && instruction.NearBranchTarget - _start < MethodBytesMax
            ? instruction.NearBranchTarget
            : null;

    private void NameLabels()
    {
        var targets = new SortedSet<ulong>();
        foreach (var instruction in _instructions.Values)
        {
            if (TargetOf(instruction) is { } target) targets.Add(target);
        }

        foreach (var target in targets) _labels.Add(target, $"H{_labels.Count}");
    }

    /// <summary>Bytes of this process; no more are read than the instructions have.</summary>
    private sealed class MemoryReader(nint at) : CodeReader
    {
        private nint _at = at;

        public override int ReadByte() => Marshal.ReadByte(_at++);
    }

    private sealed class Symbols(Dictionary<ulong, string> labels, IReadOnlyDictionary<ulong, string> names) : ISymbolResolver
    {
        public bool TryGetSymbol(
            in Instruction instruction, int operand, int instructionOperand, ulong address, int addressSize, out SymbolResult symbol)
        {
            symbol = default;
            if (labels.TryGetValue(address, out var label)) symbol = new SymbolResult(address, label);
            else if (names.TryGetValue(address, out var name)) symbol = new SymbolResult(address, $"<{name}>");
            else return false;
            return true;
        }
    }
}

using ShadowVm.Engine;
using ShadowVm.Engine.Cpu;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <summary>
/// Linux as a program sees it: carries out its system calls, which trap to the monitor, on the virtual machine's own
/// state. What needs nothing of the host happens at once. What does leaves as an output of this device, the program
/// waits, and the answer is the logged input of a boundary: such a call ends its epoch as an instruction that waits
/// does. One request is outstanding at most; after a disconnect the model issues it anew by itself.
/// </summary>
public sealed partial class LinuxProgram : IDevice
{
    private const ulong ProcessId = 1000;
    private const ulong UserId = 1000;

    private readonly ushort _index;
    private readonly IDeviceHost _host;
    private readonly LinuxAbi _abi;
    private readonly CpuState _cpu;
    private readonly ulong _wordMask;
    private readonly UserMemory _memory;
    private readonly AddressSpace _space;
    private readonly ProgramSettings _settings;
    private readonly ProgramConsole _console;
    private readonly SeededRandom _random;
    private readonly HashSet<SystemCall> _refused = [];
    private Waits _waits;

    /// <summary>Makes a program's surroundings; <see cref="Start"/> loads it.</summary>
    /// <param name="index">Index on the bus.</param>
    /// <param name="host">The machine around it.</param>
    /// <param name="abi">The instruction set's table.</param>
    /// <param name="cpu">The processor.</param>
    /// <param name="bigEndian">Byte order.</param>
    /// <param name="wordBytes">Bytes of a pointer.</param>
    /// <param name="settings">What the program is started with.</param>
    /// <param name="console">Its standard streams.</param>
    public LinuxProgram(
        ushort index,
        IDeviceHost host,
        LinuxAbi abi,
        CpuState cpu,
        bool bigEndian,
        int wordBytes,
        ProgramSettings settings,
        ProgramConsole console)
    {
        (_index, _host, _abi, _cpu, _settings, _console) = (index, host, abi, cpu, settings, console);
        _wordMask = wordBytes == 8 ? ulong.MaxValue : uint.MaxValue;
        _memory = new UserMemory(host.Memory, bigEndian, wordBytes);
        _space = new AddressSpace(host.Memory, abi.PageBytes);
        _random = new SeededRandom(settings.Seed);
        console.OnInput = InputCame;
    }

    /// <summary>What a program that isn't running waits for.</summary>
    private enum Waits : byte
    {
        Nothing,
        Host,
        Input,
        Sleep,
        Forever,
    }

    /// <inheritdoc/>
    public string Name => "program";

    /// <inheritdoc/>
    public ulong Size => 0;

    /// <inheritdoc/>
    public ulong Lines => 0;

    /// <inheritdoc/>
    public ulong? Deadline => _waits == Waits.Sleep ? _wakeAt : null;

    /// <summary>Whether the program waits for the outside, or for time to pass.</summary>
    public bool IsBlocked => _waits != Waits.Nothing;

    /// <summary>Reads floating point's control word; called where the table has <see cref="LinuxAbi.FloatControl"/>.</summary>
    public required Func<ulong> ReadFloatControl { private get; init; }

    /// <summary>Writes it.</summary>
    public required Action<ulong> WriteFloatControl { private get; init; }

    /// <summary>Carries out what a trap asks for.</summary>
    public void Trap(ProgramTrap trap)
    {
        if (trap.Cause != _abi.CallCause)
        {
            Fault(trap);
            return;
        }

        var number = _cpu[_abi.NumberSlot];
        var arguments = new Arguments(this);
        var outcome = _abi.FloatControl is { } control && (number == control.Read || number == control.Write)
            ? FloatControl(control, number, arguments.Word(), arguments.Word())
            : Carry(_abi.Calls.GetValueOrDefault(number), arguments);
        if (outcome.Kind != OutcomeKind.Waits) Answer(outcome);
    }

    /// <inheritdoc/>
    public bool TryRead(ulong offset, int bytes, out ulong value)
    {
        value = 0;
        return false;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong offset, int bytes, ulong value) => false;

    /// <inheritdoc/>
    public void Deliver(in DeviceInput input)
    {
        if (_waits != Waits.Host) return;
        if (input.Kind == FileReply.Disconnected) Reissue();
        else if (input.Kind == FileReply.Kind && FileReply.TryDecode(input.Data, out var reply)) Take(reply);
    }

    /// <inheritdoc/>
    public void AtBoundary(ulong time)
    {
        if (_waits != Waits.Sleep || time < _wakeAt) return;
        _waits = Waits.Nothing;
        Answer(_timesOut ? Fail(Errno.ETIMEDOUT) : Done(0));
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch)
    {
        if (_waits == Waits.Host) batch.Add(new DeviceInput(_index, FileReply.Disconnected, Bound: true, []));
    }

    /// <inheritdoc/>
    public void Save(StateWriter writer)
    {
        writer.Write("waits", (ulong)_waits);
        writer.Write("wake_at", _wakeAt);
        writer.Write("times_out", _timesOut ? 1UL : 0);
        writer.Write("refused", (ulong)_refused.Count);
        foreach (var call in _refused.Order()) writer.Write((ulong)call);
        _space.Save(writer);
        _random.Save(writer);
        SaveSignals(writer);
        SaveFiles(writer);
    }

    private static Outcome Done(ulong value) => new(OutcomeKind.Done, value, Errno.None);

    private static Outcome Fail(Errno error) => new(OutcomeKind.Failed, 0, error);

    private static Outcome Check(Errno error) => error == Errno.None ? Done(0) : Fail(error);

    private static Outcome Wait => new(OutcomeKind.Waits, 0, Errno.None);

    private Outcome Block(Waits what)
    {
        _waits = what;
        return Wait;
    }

    /// <summary>Puts a call's result where the program looks for it.</summary>
    private void Answer(Outcome outcome)
    {
        var failed = outcome.Kind == OutcomeKind.Failed;
        var value = failed ? (ulong)_abi.Errors[(int)outcome.Error] : outcome.Value;
        if (failed && _abi.ErrorSlot < 0) value = 0 - value;
        _cpu[_abi.ResultSlot] = value & _wordMask;
        if (_abi.ErrorSlot >= 0) _cpu[_abi.ErrorSlot] = failed ? 1UL : 0;
    }

    /// <summary>A call that a program under a pair can't have: said once, refused each time.</summary>
    private Outcome Refuse(SystemCall call, Errno error, string sentence)
    {
        if (_refused.Add(call)) Say(sentence);
        return Fail(error);
    }

    private void Say(string sentence) =>
        _console.Write(System.Text.Encoding.UTF8.GetBytes($"shadowvm: {sentence}\n"), isError: true);

    private enum OutcomeKind : byte
    {
        Done,
        Failed,
        Waits,
    }

    private readonly record struct Outcome(OutcomeKind Kind, ulong Value, Errno Error);

    /// <summary>A call's arguments, taken one after the other.</summary>
    private struct Arguments(LinuxProgram program)
    {
        private int _next;

        public ulong Word()
        {
            var index = _next++;
            var slots = program._abi.ArgumentSlots;
            if (index < slots.Count) return program._cpu[slots[index]];
            if (program._abi.StackArguments < 0) return 0;
            var place = program._abi.StackArguments + ((index - slots.Count) * program._memory.WordBytes);
            program._memory.TryReadWord(program._cpu[program._abi.StackSlot] + (ulong)place, out var value);
            return value; // 0 where the stack is no memory
        }

        /// <summary>32 bits with their sign.</summary>
        public int Int() => (int)Word();

        /// <summary>A descriptor: no negative one is a small number.</summary>
        public ulong Descriptor() => (uint)Word();

        /// <summary>64 bits, which take two arguments of 32.</summary>
        public long Wide()
        {
            if (program._memory.WordBytes == 8) return (long)Word();
            if (program._abi.PairsAreEven && (_next & 1) != 0) _next++;
            var (first, second) = (Word(), Word());
            return (long)(program._memory.BigEndian ? (first << 32) | (uint)second : (second << 32) | (uint)first);
        }
    }
}

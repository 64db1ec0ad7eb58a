using ShadowVm.Engine;
using ShadowVm.Engine.Cpu;
using ShadowVm.Isa;
using ShadowVm.Isa.Linux;
using ShadowVm.Machine;
using ShadowVm.Machine.Elf;
using ShadowVm.Machine.Programs;

namespace ShadowVm.Vmm;

/// <content>
/// A guest that is a Linux program: it runs in its user mode on flat memory, and what traps there, the system call
/// above all, is carried out by the monitor on the machine's own state, as kernel instructions are.
/// </content>
public sealed partial class VirtualMachine
{
    private LinuxProgram? _program;

    private static LinuxAbi AbiOf(IsaDefinition isa) => isa.ReadLinux() ?? throw new ImageException(
        $"the definition '{isa.Name}' has no abi linux for {isa.Variant}, so it runs no Linux programs");

    private IReadOnlyList<IDevice> MakeProgram(LinuxAbi abi, ProgramSettings settings, ushort first, IDeviceHost host)
    {
        var console = new ProgramConsole(first, host);
        _program = new LinuxProgram(
            (ushort)(first + 1), host, abi, _cpu, _isa.BigEndian, _isa.ElfClass / 8, settings, console)
        {
            ReadFloatControl = () => _engine.Ask(_isa.Hooks.FloatControl!),
            WriteFloatControl = value => _engine.Perform(_isa.Hooks.SetFloatControl!, value),
        };
        return [console, _program];
    }

    private void StartProgram(string name, ReadOnlySpan<byte> image, in ElfTarget target)
    {
        Reset(0);
        if (_isa.Hooks.Program is { } ready) _engine.Perform(ready);
        _cpu.GoTo(_isa, _program!.Start(name, image, target));
        _cpu.Retired = 0;
        _bus.Touched(_program);
    }

    private EpochEnd RunProgram(LinuxProgram program)
    {
        var counter = EpochLength;
        while (_engine.Run(ref counter) is var reason && reason != ExitReason.Counter)
        {
            if (reason == ExitReason.Trapped)
            {
                // At once, though it might come later: a program sees of it only that it ends.
                program.TrapLate(_engine.TakeDelayed().Classes, _cpu[_isa.PcSlot]);
                _bus.Touched(program);
                return EpochEnd.Exit;
            }

            if (reason != ExitReason.Trap)
            {
                _engine.StepPrivileged();
                counter--;
                _engine.ClearWaits(); // an instruction that waits for an interrupt: a program gets none
            }

            if (!_engine.HasTrap) continue;
            program.Trap(_engine.TakeTrap());
            _bus.Touched(program);
            if (ExitCode is not null) return EpochEnd.Exit;
            if (!program.IsBlocked) continue;
            Waiting = true;
            return EpochEnd.Wait;
        }

        return EpochEnd.Counter;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using ShadowVm.Engine;
using ShadowVm.Engine.Translation.Listing;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Vmm;

namespace ShadowVm.Cli.Output;

/// <summary>
/// What a run did and where its time went, for <c>run --stats</c>. It looks on from outside: guest state is the same
/// with and without it. Clock readings around each entry into generated code make guests that leave it often slower.
/// </summary>
internal sealed class RunStatistics
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private VirtualMachine? _machine;
    private long _built;

    /// <summary>Takes a machine's times from here on. It has not run yet.</summary>
    public void Watch(VirtualMachine machine)
    {
        _machine = machine;
        machine.Statistics.Clock = Stopwatch.GetTimestamp;
        _built = Stopwatch.GetTimestamp();
    }

    /// <summary>Writes tables for people and, last, the line that scripts read.</summary>
    /// <param name="output">Takes the text.</param>
    /// <param name="last">Where the run ended.</param>
    /// <param name="definition">Time that loading the definition took.</param>
    public void Write(TextWriter output, ReplicaProgress last, TimeSpan definition)
    {
        var ended = Stopwatch.GetTimestamp();
        var (methods, compiling) = (JitInfo.GetCompiledMethodCount(), JitInfo.GetCompilationTime()); // before the look at code
        var run = Stopwatch.GetElapsedTime(_built, ended);
        if (_machine is { } machine)
        {
            WriteTiers(output, machine.Statistics, run);
            WriteCode(output, machine);
            Line(output, "compiling", $"{Ms(TimeOf(machine.Statistics.TranslationTicks))} for blocks, beside the guest; "
                + $"the process compiled {Number(methods)} methods in {Ms(compiling)}");
            WriteExits(output, machine, last);
        }

        var startUp = Stopwatch.GetElapsedTime(_began, _built);
        var sinceProcess = DateTime.Now - Process.GetCurrentProcess().StartTime - Stopwatch.GetElapsedTime(_built);
        Line(output, "start-up", $"machine {Ms(startUp)}, of it definition {Ms(definition)}; since the process began {Ms(sinceProcess)}");
        output.WriteLine(Summary(last, run));
    }

    /// <summary>The line that scripts read.</summary>
    public static string Summary(ReplicaProgress last, TimeSpan run) => string.Create(
        CultureInfo.InvariantCulture,
        $"shadowvm: {last.Instructions} instructions, {last.Epoch} epochs, {run.TotalSeconds:0.000} s, "
        + $"{last.Instructions / run.TotalMicroseconds:0.0} million instructions/s");

    private static void WriteTiers(TextWriter output, EngineStatistics engine, TimeSpan run)
    {
        var monitor = engine.KernelExits + engine.DrainExits + engine.DeviceExits;
        (string Name, long Instructions, long Ticks)[] tiers =
        [
            ("reference", engine.ReferenceInstructions, engine.ReferenceTicks),
            ("cold", engine.ColdInstructions, engine.ColdTicks),
            ("translated", engine.BlockInstructions, engine.BlockTicks),
            ("monitor", monitor, engine.MonitorTicks),
        ];
        var all = tiers.Sum(tier => tier.Instructions);
        output.WriteLine($"{"tier",-12}{"instructions",18}{"share",9}{"time",13}{"million/s",12}");
        foreach (var (name, instructions, ticks) in tiers)
        {
            var time = TimeOf(ticks);
            var share = Number(100.0 * instructions / Math.Max(all, 1), "N2") + " %";
            var rate = instructions == 0 ? "" : Number(instructions / time.TotalMicroseconds, "N1");
            output.WriteLine(
                $"{name,-12}{Number(instructions),18}{share,9}{Ms(time),13}{rate,12}".TrimEnd());
        }

        var rest = run - TimeOf(tiers.Sum(tier => tier.Ticks));
        output.WriteLine($"{"other",-12}{"",18}{"",9}{Ms(rest),13}   boundaries, dispatch, waiting, I/O");
        output.WriteLine(
            $"{"run",-12}{Number(all),18}{"",9}{Ms(run),13}{Number(all / run.TotalMicroseconds, "N1"),12}");
    }

    private static void WriteCode(TextWriter output, VirtualMachine machine)
    {
        var engine = machine.Statistics;
        var blocks = machine.TranslatedBlocks();
        Line(output, "blocks", $"{Number(engine.BlocksTranslated)} translated of {Number(engine.InstructionsTranslated)} instructions; "
            + $"{Number(blocks.Count)} alive, {Number(engine.BlocksDropped)} dropped");
        var regions = machine.TranslatedRegions();
        Line(output, "regions", $"{Number(engine.RegionsTranslated)} translated of {Number(engine.RegionInstructions)} instructions; "
            + $"{Number(regions.Count)} alive");
        IReadOnlyList<HostCode> alive = [.. blocks, .. regions];
        Line(output, "code", $"{Number(engine.IlBytes)} bytes of IL; alive {Number(alive.Sum(b => (long)b.IlBytes))} bytes of IL, "
            + $"{HostBytes(alive)}");
        Line(output, "invalidation", $"{Number(engine.CodeWrites)} code writes, {Number(engine.Outdated)} blocks outdated "
            + $"before they were installed, {Number(engine.Flushes)} flushes");
        if (engine.TranslatorFaults > 0) Line(output, "faults", $"{Number(engine.TranslatorFaults)} of the translator");
    }

    private static void WriteExits(TextWriter output, VirtualMachine machine, ReplicaProgress last)
    {
        var engine = machine.Statistics;
        Line(output, "exits", string.Join(", ", EngineStatistics.ExitNames.Select((name, i) => $"{name} {Number(engine.Exits[i])}")));
        Line(output, "monitor", $"kernel instructions {Number(engine.KernelExits)}, drains {Number(engine.DrainExits)}, "
            + $"device accesses {Number(engine.DeviceExits)}, traps {Number(engine.Traps)}, interrupts {Number(engine.Interrupts)}");
        Line(output, "epochs", $"{Number((long)last.Epoch)} of up to {Number(machine.EpochLength)} instructions");
    }

    private static string HostBytes(IReadOnlyList<HostCode> blocks) => HostDisassembly.IsPossible
        ? $"{Number(blocks.Sum(block => (long)HostDisassembly.Of(block).Bytes))} bytes of host code"
        : $"host code {HostDisassembly.Refusal}";

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-14}{text}");

    private static TimeSpan TimeOf(long ticks) => Stopwatch.GetElapsedTime(0, ticks);

    private static string Ms(TimeSpan time) => Number(time.TotalMilliseconds, "N1") + " ms";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

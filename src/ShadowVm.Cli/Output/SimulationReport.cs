using System.Diagnostics;
using System.Globalization;
using ShadowVm.Isa;
using ShadowVm.Replication;
using ShadowVm.Simulation;

namespace ShadowVm.Cli.Output;

/// <summary>Runs simulated worlds and tells what came of them.</summary>
internal static class SimulationReport
{
    private const int ViolatedExitCode = 1;
    private const int StoppedExitCode = 130;

    // One world with the real machine costs as much as a thousand with the fake one.
    private const int SeedsPerRealWorld = 20;

    public static int One(SimulationSettings world)
    {
        var first = Simulator.Run(world);
        var second = Simulator.Run(world);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {world.Seed}, {world.Commit.ToString().ToLowerInvariant()}: {first.Events} events in "
            + $"{first.Microseconds / 1000.0:0.0} simulated ms, {(first.FailedOver ? "failed over" : "no fail-over")}, "
            + $"{first.Reissued} writes reissued, trace {first.TraceHash:x16}"));
        foreach (var violation in first.Violations) Console.Out.WriteLine(violation);
        if (first.TraceHash != second.TraceHash)
        {
            Console.Out.WriteLine($"two runs of this seed differ: trace {second.TraceHash:x16} the second time");
            return ViolatedExitCode;
        }

        return first.Violations.Count == 0 ? 0 : ViolatedExitCode;
    }

    public static int Many(
        SimulationSettings world, int seeds, IReadOnlyList<CommitPolicy> policies, IsaLibrary library, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var code = Sweep(world.MachineName, world, seeds, policies, everyCrash: true, stop);
        var real = seeds / SeedsPerRealWorld;
        if (code == 0 && world is { Machine: null, Canary: Canary.None } && real > 0)
        {
            var guest = world with { Machine = SimulatedGuests.Factory("journal", library), MachineName = "journal" };
            code = Sweep("journal", guest, real, policies, everyCrash: false, stop);
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:0.0} s"));
        return stop.IsCancellationRequested ? StoppedExitCode : code;
    }

    public static int TryCanaries(CancellationToken stop)
    {
        var missed = 0;
        foreach (var canary in Canaries.All)
        {
            if (stop.IsCancellationRequested) return StoppedExitCode;
            var caught = Canaries.Catch(canary);
            if (caught is null) missed++;
            Console.Out.WriteLine(caught is { } catching
                ? $"{canary,-24} caught at seed {catching.Seed}: {catching.Result.Violations[0]}"
                : $"{canary,-24} NOT CAUGHT in {Canaries.SeedsMax} seeds");
        }

        return missed == 0 ? 0 : ViolatedExitCode;
    }

    private static int Sweep(
        string machine,
        SimulationSettings world,
        int seeds,
        IReadOnlyList<CommitPolicy> policies,
        bool everyCrash,
        CancellationToken stop)
    {
        var progress = new ProgressLine();
        var watch = Stopwatch.StartNew();
        var summary = new Sweep(new SweepSettings
        {
            Seeds = seeds,
            FirstSeed = world.Seed,
            Policies = policies,
            Base = world,
            EveryCrash = everyCrash,
            Progress = so => progress.Show($"{machine}: {so.Runs} worlds, {so.Violations.Count} violations"),
        }).Run(stop);
        progress.Clear();
        foreach (var violation in summary.Violations) Console.Out.WriteLine(violation);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{machine}: {summary.Runs} worlds, each run twice, {summary.FailOvers} fail-overs, {summary.Events} events "
            + $"({2 * summary.Events / watch.Elapsed.TotalSeconds / 1000:0} thousand a second), "
            + $"{summary.Violations.Count} violations"));
        return summary.Violations.Count == 0 ? 0 : ViolatedExitCode;
    }
}

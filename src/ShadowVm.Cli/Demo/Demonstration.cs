using System.Globalization;


namespace ShadowVm.Cli.Demo;

/// <summary>Runs pairs, kills their primaries and says what became of them.</summary>
internal static class Demonstration
{
    private const int FailedExitCode = 1;
    private const int RandomKillMillisecondsMax = 900;

    /// <summary>One pair, killed while writes are outstanding, with the proof in full.</summary>
    public static int Once(DemoSettings settings, CancellationToken stop)
    {
        return Guard(() =>
        {
            Say("starting a primary and a backup as two processes on loopback");
            using var pair = new DemoPair(settings, stop);
            pair.Start();
            Say($"protected; the guest writes {DemoSettings.Records} records through a disk with "
                + $"{DemoSettings.DiskLatencyMilliseconds} ms latency, {DemoSettings.Window} writes at a time");
            pair.AwaitOutstanding(operations: 4, lines: 5);
            if (!pair.KillPrimary()) throw new DemoException("the primary ended before it could be killed");
            Say($"SIGKILL to the primary with {pair.OutstandingAtKill} writes outstanding");
            pair.AwaitEnd();
            var proof = JournalProof.Examine(pair, reissuedMin: 1);
            Print(pair, proof);
            return proof.Holds ? 0 : FailedExitCode;
        });
    }

    /// <summary>Many pairs, killed at random moments, a line each.</summary>
    public static int Many(DemoSettings settings, int count, int seed, CancellationToken stop)
    {
        return Guard(() =>
        {
            Say($"{count} pairs, killed at random moments; seed {seed}");
            var chance = new Random(seed);
            var bad = 0;
            for (var i = 1; i <= count; i++)
            {
                var delay = chance.Next(RandomKillMillisecondsMax);
                using var pair = new DemoPair(settings, stop);
                pair.Start();
                pair.Let(delay);
                var killed = pair.KillPrimary();
                pair.AwaitEnd();
                var proof = JournalProof.Examine(pair, reissuedMin: 0);
                if (!proof.Holds) bad++;
                Console.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{i,4}/{count}  {(killed ? $"killed after {delay} ms" : "ended before the kill"),-22}  {Outcome(pair, proof)}"));
            }

            Console.Out.WriteLine(bad == 0
                ? $"all {count} guests went on: nothing lost, nothing skipped, no line twice"
                : $"{bad} of {count} failed; repeat with: shadowvm demo --kills {count} --seed {seed}");
            return bad == 0 ? 0 : FailedExitCode;
        });
    }

    private static string Outcome(DemoPair pair, JournalProof proof)
    {
        if (!proof.Holds) return "FAILED: " + proof.Problems[0];
        return pair.LastEpochOfPrimary is { } last
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"failed epoch {last + 1}, {proof.Reissued} reissued, went on after {pair.MillisecondsToGoOn:0} ms")
            : "no fail-over";
    }

    private static void Print(DemoPair pair, JournalProof proof)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine("console, as the relay saw it:");
        foreach (var line in proof.Lines) Console.Out.WriteLine("  | " + line);
        Console.Out.WriteLine();
        foreach (var (what, value, holds) in proof.Findings(pair))
        {
            Console.Out.WriteLine($"  {(holds ? "ok  " : "FAIL")}  {what,-26} {value}");
        }

        foreach (var problem in proof.Problems) Console.Out.WriteLine("  FAIL  " + problem);
        Console.Out.WriteLine();
        Console.Out.WriteLine("the same by hand, in two terminals; then kill -9 the first:");
        foreach (var command in DemoPair.ByHand()) Console.Out.WriteLine("  " + command);
    }

    private static int Guard(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (DemoException e)
        {
            Console.Error.WriteLine("shadowvm: " + e.Message);
            return FailedExitCode;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static void Say(string sentence) => Console.Out.WriteLine("demo: " + sentence);
}

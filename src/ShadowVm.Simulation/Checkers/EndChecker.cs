using ShadowVm.Machine.Channel;
using ShadowVm.Replication;
using ShadowVm.Simulation.Machines;
using ShadowVm.Simulation.World;

namespace ShadowVm.Simulation.Checkers;

/// <summary>Judges a finished run by what the outside holds and by what the survivor's guest lived.</summary>
internal static class EndChecker
{
    public static void Check(SimulatedPair pair)
    {
        CheckDigests(pair);
        if (pair.Finisher() is not { } survivor)
        {
            CheckNobodyFinished(pair);
            return;
        }

        if (survivor.ExitCode != 0) pair.Violations.Add($"the guest ended with {survivor.ExitCode}");
        var lived = survivor.History.Epochs;
        ConnectionChecker.Check(pair.Violations, lived, pair.ChannelClass);
        CheckDisk(pair, lived);
        CheckSubmissions(pair, lived);
        CheckConsole(pair, lived);
    }

    /// <summary>The guest must reach its end, unless accidents took both replicas or ended them by the rules.</summary>
    private static void CheckNobodyFinished(SimulatedPair pair)
    {
        foreach (var replica in new[] { pair.Primary, pair.Backup })
        {
            if (replica.Ended == RoleEnd.Diverged) pair.Violations.Add("the replicas diverged");
            // A primary whose backup was lost before the guest ran waits for another one.
            if (replica.Alive && replica.Ended is null && (replica.Number == 1 || replica.History.Epochs.Count != 0))
            {
                pair.Violations.Add($"hang: replica {replica.Number} stands at epoch {replica.Machine?.Epoch}");
            }
        }

        // The backup may die before the guest ran, or both may; one that was shadowing must have gone on.
        var (primary, backup) = (pair.Primary, pair.Backup);
        if (!primary.Alive && backup.Alive && backup.History.Epochs.Count != 0 && backup.Ended != RoleEnd.GuestExit)
        {
            pair.Violations.Add($"the primary died and the backup did not finish: {backup.Ended}");
        }
    }

    private static void CheckDigests(SimulatedPair pair)
    {
        var (there, here) = (pair.Primary.History.Epochs, pair.Backup.History.Epochs);
        // What a dead primary lived beyond X is no history of the survivor's.
        var common = Math.Min(Math.Min(there.Count, here.Count), (int)(pair.Backup.TookOverAfter ?? int.MaxValue));
        for (var i = 0; i < common; i++)
        {
            if (there[i].Digest == here[i].Digest) continue;
            pair.Violations.Add($"the digests differ at the end of epoch {i + 1}");
            return;
        }
    }

    /// <summary>Each sector holds the last write to it that the guest saw completed, or a later one that it issued.</summary>
    private static void CheckDisk(SimulatedPair pair, List<LivedEpoch> lived)
    {
        var issued = new Dictionary<(uint, uint), ChannelRequest>();
        var allowed = new SortedDictionary<ulong, List<ulong>>();
        foreach (var epoch in lived)
        {
            foreach (var interrupt in epoch.Delivered)
            {
                if (!Channels.TryReply(interrupt, pair.ChannelClass, out var reply)) continue;
                if (reply.Kind != ChannelReplyKind.Completed || reply.Status != OperationStatus.Done) continue;
                if (!issued.Remove((reply.Connection, reply.Tag), out var done)) continue;
                if (done.Kind == ChannelRequestKind.Write) allowed[done.Sector] = [Trace.Of(done.Data.Span)];
            }

            foreach (var output in epoch.Outputs)
            {
                if (!Channels.TryRequest(output, pair.ChannelClass, out var request)) continue;
                issued[(request.Connection, request.Tag)] = request;
                if (request.Kind != ChannelRequestKind.Write) continue;
                if (!allowed.TryGetValue(request.Sector, out var contents)) allowed.Add(request.Sector, contents = [0]);
                contents.Add(Trace.Of(request.Data.Span));
            }
        }

        foreach (var (sector, contents) in allowed)
        {
            var found = pair.Outside.Sectors.TryGetValue(sector, out var bytes) ? Trace.Of(bytes) : 0;
            if (!contents.Contains(found)) pair.Violations.Add($"sector {sector} holds what the guest had overwritten, or nothing");
        }
    }

    /// <summary>
    /// What reached the disk's server was issued by the survivor's own guest, and no oftener than its guest issued it.
    /// </summary>
    private static void CheckSubmissions(SimulatedPair pair, List<LivedEpoch> lived)
    {
        var issues = new Dictionary<(ulong, ulong), int>();
        foreach (var output in lived.SelectMany(epoch => epoch.Outputs))
        {
            if (!Channels.TryRequest(output, pair.ChannelClass, out var request)) continue;
            if (request.Kind != ChannelRequestKind.Write) continue;
            var key = (request.Sector, Trace.Of(request.Data.Span));
            issues[key] = issues.GetValueOrDefault(key) + 1;
        }

        var reported = new HashSet<(ulong, ulong)>();
        foreach (var submission in pair.Outside.Submissions)
        {
            var key = (submission.Sector, submission.Content);
            var left = issues.GetValueOrDefault(key) - 1;
            issues[key] = left;
            if (left >= 0 || !reported.Add(key)) continue;
            pair.Violations.Add(
                $"replica {submission.Replica} wrote sector {submission.Sector} oftener than the survivor's guest issued it, "
                + "or with content that it never lived");
        }
    }

    /// <summary>The lines that got out are the survivor's own, in its order, and all of them.</summary>
    private static void CheckConsole(SimulatedPair pair, List<LivedEpoch> lived)
    {
        var own = lived.SelectMany(epoch => epoch.Outputs)
            .Where(output => !Channels.TryRequest(output, pair.ChannelClass, out _))
            .Select(output => (output.Number, Trace.Of(output.Data)))
            .ToArray();
        var seen = pair.Outside.Lines.Select(line => (line.Number, line.Content)).ToArray();
        if (own.AsSpan().SequenceEqual(seen)) return;
        var first = own.Zip(seen).TakeWhile(both => both.First == both.Second).Count();
        pair.Violations.Add(
            $"console line {first + 1} of {seen.Length} that the outside saw is not the survivor's ({own.Length} lines)");
    }
}

using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// The product's promise: the same guest, fed the same at the same boundaries, is the same to the bit. Short epochs
/// run shortened workloads.
/// </summary>
public class DeterminismTests
{
    private static readonly long[] Lengths = [1, 2, 3, 7, 100, 4096, 1_000_000];

    public static TheoryData<string, long> GuestsAndLengths()
    {
        var data = new TheoryData<string, long>();
        foreach (var guest in new[] { "hello", "compute", "timer", "journal", "traps", "example" })
        {
            foreach (var length in Lengths) data.Add(guest, length);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(GuestsAndLengths))]
    public void Replicas_and_runs_agree_at_every_boundary(string guest, long length)
    {
        var first = Run(guest, length);
        var second = Run(guest, length);
        Assert.Equal(0, first.ExitCode);
        Assert.Equal(first.AllDigests, second.AllDigests);
        Assert.Equal(first.FinalDigest, second.FinalDigest);
        Assert.Equal(first.Console, second.Console);
        Assert.Equal(first.Disk, second.Disk);
    }

    [Fact]
    public void A_guest_that_asks_nothing_of_the_outside_ends_the_same_at_every_epoch_length()
    {
        var runs = Lengths.Select(length => Run("compute", length)).ToArray();
        Assert.Single(runs.Select(run => run.FinalDigest).Distinct());
        Assert.Single(runs.Select(run => run.Instructions).Distinct());
        Assert.Single(runs.Select(run => run.Console).Distinct());
    }

    [Fact]
    public void Journals_of_all_epoch_lengths_agree_in_number_and_payload()
    {
        var runs = Lengths.Select(length => JournalDisk.Read(Run("journal", length).Disk)).ToArray();
        Assert.All(runs, records => Assert.Equal(runs[0], records));
        Assert.Equal(Workload.JournalRecords, (ulong)runs[0].Length);
    }

    private static RunResult Run(string guest, long length) =>
        LockstepPair.Run(guest, length, script: null, Workload.Shortened(guest));
}

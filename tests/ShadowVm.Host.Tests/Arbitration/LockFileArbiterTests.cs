using ShadowVm.Host.Arbitration;

namespace ShadowVm.Host.Tests.Arbitration;

public sealed class LockFileArbiterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Guid _pair = Guid.NewGuid();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_two_who_ask_at_once_exactly_one_wins_fifty_times()
    {
        for (ulong generation = 2; generation < 52; generation++)
        {
            using var start = new Barrier(2);
            var answers = new bool?[2];
            var threads = Enumerable.Range(0, 2).Select(i => new Thread(() =>
            {
                var arbiter = new LockFileArbiter(_folder.Path, _pair, $"asker {i}");
                start.SignalAndWait();
                while (answers[i] is null) answers[i] = arbiter.TryTake(generation);
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
            Assert.Equal([false, true], answers.Order());
        }
    }

    [Fact]
    public void Who_won_wins_again_and_who_lost_loses_again()
    {
        var first = new LockFileArbiter(_folder.Path, _pair, "first");
        var second = new LockFileArbiter(_folder.Path, _pair, "second");
        Assert.True(first.TryTake(2));
        Assert.True(first.TryTake(2));
        Assert.False(second.TryTake(2));
        Assert.True(second.TryTake(3));
        Assert.True(new LockFileArbiter(_folder.Path, Guid.NewGuid(), "other pair").TryTake(2));
        Assert.StartsWith("first since ", File.ReadAllText(first.PathOf(2)));
    }

    [Fact]
    public void An_answer_that_got_lost_is_found_in_the_file()
    {
        Assert.True(new LockFileArbiter(_folder.Path, _pair, "first").TryTake(2));
        Assert.True(new LockFileArbiter(_folder.Path, _pair, "first").TryTake(2));
    }

    [Fact]
    public void A_folder_that_is_gone_gives_no_answer()
    {
        var arbiter = new LockFileArbiter(_folder.File("missing"), _pair, "first");
        Assert.Null(arbiter.TryTake(2));
        Directory.CreateDirectory(_folder.File("missing"));
        Assert.True(arbiter.TryTake(2));
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_found_out_at_start()
    {
        LockFileArbiter.Prepare(_folder.Path);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        var error = Assert.Throws<HostException>(() => LockFileArbiter.Prepare(_folder.File("missing")));
        Assert.Contains(_folder.File("missing"), error.Message);
    }
}

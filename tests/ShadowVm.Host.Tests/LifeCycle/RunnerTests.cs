using System.Net;
using System.Text;
using ShadowVm.Host.Arbitration;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Host.Replica;
using ShadowVm.Host.Tests.Replica;
using ShadowVm.Machine.Console;
using ShadowVm.Replication;

namespace ShadowVm.Host.Tests.LifeCycle;

public sealed class RunnerTests : IDisposable
{
    private readonly MemoryStream _output = new();
    private readonly Observer _observer = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void A_guest_runs_to_its_exit_code_and_its_text_is_out_by_then()
    {
        var guest = new FakeGuest
        {
            Script = g =>
            {
                g.Emit(0, ConsoleMessages.Bytes, false, (byte)('a' + (int)g.Epoch - 1));
                if (g.Epoch == 26) g.ExitCode = 5;
            },
        };
        var outcome = Run(guest);
        Assert.Equal((RoleEnd.GuestExit, 5), (outcome.Reason, outcome.ExitCode));
        Assert.Equal("abcdefghijklmnopqrstuvwxyz", Encoding.UTF8.GetString(_output.ToArray()));
        Assert.True(guest.Disposed);
    }

    [Fact]
    public void What_somebody_types_reaches_a_waiting_guest()
    {
        var guest = new FakeGuest
        {
            Script = g =>
            {
                var typed = g.Delivered.SelectMany(d => d.Data).ToArray();
                if (typed.Length == 3) g.ExitCode = typed[2];
                else g.Waiting = true;
            },
        };
        Assert.Equal(9, Run(guest, () => new MemoryStream([7, 8, 9])).ExitCode);
    }

    [Fact]
    public void A_stop_ends_the_guest_with_130()
    {
        using var stop = new CancellationTokenSource(50);
        var outcome = Run(new FakeGuest(), stop: stop.Token);
        Assert.Equal((RoleEnd.Stopped, 130), (outcome.Reason, outcome.ExitCode));
    }

    [Fact]
    public void A_guest_that_nothing_can_wake_is_reported_instead_of_hung_on()
    {
        var outcome = Run(new FakeGuest { Script = g => g.Waiting = true });
        Assert.Equal((RoleEnd.Failed, 1), (outcome.Reason, outcome.ExitCode));
        Assert.Contains("nothing can raise", outcome.Detail);
    }

    [Fact]
    public void Two_runs_on_the_instruction_clock_have_the_same_digests()
    {
        List<Digest>[] runs = [[], []];
        foreach (var digests in runs)
        {
            Run(
                new FakeGuest { Script = g => g.ExitCode = g.Epoch == 50 ? 0 : null },
                onDigest: (epoch, digest) =>
                {
                    Assert.Equal((ulong)digests.Count + 1, epoch);
                    digests.Add(digest);
                });
        }

        Assert.Equal(50, runs[0].Count);
        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public void A_disk_without_a_place_is_refused()
    {
        using var folder = new TemporaryFolder();
        var disk = new DiskOptions { Path = folder.File("disk"), Size = 512 };
        var error = Assert.Throws<HostException>(() => Run(new FakeGuest(), disk: disk));
        Assert.Contains("disk0", error.Message);
    }

    private RoleOutcome Run(
        FakeGuest guest,
        Func<Stream>? input = null,
        Action<ulong, Digest>? onDigest = null,
        DiskOptions? disk = null,
        CancellationToken stop = default) => Runner.Run(
            new RunnerOptions
            {
                Guests = new Factory(guest),
                Configuration = Observer.AnyConfiguration,
                Console = new ConsoleOptions { Output = _output, Input = input },
                Observer = _observer,
                OnDigest = onDigest,
                Disks = disk is null ? [] : [disk],
            },
            stop);
}

internal sealed class Factory(IGuest guest) : IGuestFactory
{
    public IGuest Build(PairConfiguration configuration, Action<string> onTrouble) => guest;
}

internal sealed class Observer : IReplicaObserver
{
    public static PairConfiguration AnyConfiguration { get; } = new()
    {
        Pair = Guid.NewGuid(),
        Primary = ProcessIdentity.Current,
        Isa = "any",
        IsaHash = "",
        Machine = "any",
        MachineDescription = [],
        ImageName = "any",
        Image = [],
        EpochLength = 100,
        Clock = ClockMode.Instructions,
    };

    public List<(ReplicaState State, ulong Epoch, string Detail)> States { get; } = [];

    public List<string> Troubles { get; } = [];

    public IPEndPoint? Endpoint { get; private set; }

    public (ulong Epoch, ulong Instructions) GoneOn { get; private set; }

    public ReplicaProgress Last { get; private set; }

    public void Listening(IPEndPoint endpoint) => Endpoint = endpoint;

    public void StateChanged(ReplicaState state, ulong epoch, string detail)
    {
        lock (States) States.Add((state, epoch, detail));
    }

    public void GoingOn(ulong epoch, ulong instructions) => GoneOn = (epoch, instructions);

    public void Progress(in ReplicaProgress progress) => Last = progress;

    public void Trouble(string sentence)
    {
        lock (Troubles) Troubles.Add(sentence);
    }

    public override string ToString()
    {
        lock (States) return string.Join(", ", States.Select(s => $"{s.State} at {s.Epoch} {s.Detail}"));
    }

    public bool Has(ReplicaState state) => Count(state) != 0;

    public int Count(ReplicaState state)
    {
        lock (States) return States.Count(s => s.State == state);
    }
}

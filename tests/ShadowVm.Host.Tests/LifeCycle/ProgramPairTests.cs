using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Host.Replica;
using ShadowVm.Isa;
using ShadowVm.Machine;
using ShadowVm.Machine.Programs;
using ShadowVm.Replication;

namespace ShadowVm.Host.Tests.LifeCycle;

/// <summary>
/// A Linux program on a pair in one process, over real sockets, with a relay and a shared folder: its primary breaks in
/// any epoch, its file is whole and its text unbroken.
/// </summary>
public sealed class ProgramPairTests : IDisposable
{
    private const int Breaks = 9;
    private static readonly string Root = FindRoot();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_primary_that_breaks_anywhere_leaves_the_file_whole_and_the_text_unbroken()
    {
        var (text, file, epochs) = RunAlone();
        Assert.Equal("record 10\nrecord 20\ndone 20\n", text);
        Assert.Equal(20 * 64, file.Length);
        Assert.InRange(epochs, 60UL, 2000UL);
        for (var i = 0UL; i < Breaks; i++)
        {
            var at = 1 + (i * (epochs - 1) / (Breaks - 1));
            using var pair = new BrokenPair(Directory.CreateDirectory(_folder.File($"{at}")).FullName, at);
            pair.Run();
            Assert.True(pair.TookOver, $"nobody took over from a primary that broke in epoch {at}");
            Assert.Equal((at, text), (at, pair.Text));
            Assert.Equal((at, file), (at, File.ReadAllText(Path.Combine(pair.Shared, "records"))));
            Assert.Equal((at, 0), (at, pair.ExitCode));
        }
    }

    private (string Text, string File, ulong Epochs) RunAlone()
    {
        using var output = new MemoryStream();
        var shared = Directory.CreateDirectory(_folder.File("alone")).FullName;
        var epochs = 0UL;
        var outcome = Runner.Run(
            new RunnerOptions
            {
                Guests = Guests(),
                Configuration = Configuration(),
                Console = new ConsoleOptions { Output = output },
                Files = new ProgramFiles { Root = shared },
                Observer = new Observer(),
                OnDigest = (epoch, _) => epochs = epoch,
            },
            CancellationToken.None);
        Assert.Equal((RoleEnd.GuestExit, 0), (outcome.Reason, outcome.ExitCode));
        return (Encoding.UTF8.GetString(output.ToArray()), File.ReadAllText(Path.Combine(shared, "records")), epochs);
    }

    private static IsaDefinition Isa { get; } = IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", "riscv")));

    private static VirtualMachineFactory Guests() => new(_ => Isa);

    private static PairConfiguration Configuration() => Observer.AnyConfiguration with
    {
        Isa = "riscv",
        IsaHash = VirtualMachineFactory.HashOf(Isa),
        Machine = "user",
        MachineDescription = File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "user.machine")),
        ImageName = "records.elf",
        Image = File.ReadAllBytes(Path.Combine(Root, "tests", "Guests", "linux", "bin", "riscv", "records.elf")),
        MemoryBytes = 4 << 20,
        EpochLength = 20_000,
        Clock = ClockMode.Instructions,
        Tier = "block",
        Program = new ProgramSettings { Arguments = ["records", "20"] },
    };

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    /// <summary>A pair whose primary breaks in an epoch.</summary>
    private sealed class BrokenPair : IDisposable
    {
        private readonly StringBuilder _text = new();
        private readonly List<string> _reports = [];
        private readonly ConsoleRelay _relay;
        private readonly Observer _primary = new();
        private readonly Observer _backup = new();
        private readonly ulong _breaksAt;
        private readonly string _locks;

        public BrokenPair(string folder, ulong breaksAt)
        {
            _breaksAt = breaksAt;
            Shared = Directory.CreateDirectory(Path.Combine(folder, "shared")).FullName;
            _locks = Directory.CreateDirectory(Path.Combine(folder, "locks")).FullName;
            _relay = new ConsoleRelay(
                new IPEndPoint(IPAddress.Loopback, 0), bytes => _text.Append(Encoding.UTF8.GetString(bytes.Span)), _reports.Add);
        }

        public string Shared { get; }

        public string Text => _text.ToString();

        public int? ExitCode { get; private set; }

        public bool TookOver => _backup.Has(ReplicaState.TookOver);

        public void Run()
        {
            var first = new Thread(RunPrimary);
            first.Start();
            Eventually.True(() => _primary.Endpoint is not null, "the primary listens");
            var outcome = Backup.Run(
                new BackupOptions
                {
                    Guests = Guests(),
                    Console = new ConsoleOptions { Relay = _relay.Endpoint },
                    Files = new ProgramFiles { Root = Shared },
                    ArbiterFolder = _locks,
                    Observer = _backup,
                    Primary = _primary.Endpoint!,
                    // What a kill would do: nothing that the old primary began comes later.
                    Fencing = (_, _) => (first.Join(20_000), "the old primary has ended"),
                },
                CancellationToken.None);
            ExitCode = outcome.ExitCode;
            Assert.True(first.Join(20_000), "the primary ends");
            Assert.Equal(0, _relay.Differing);
        }

        public void Dispose() => _relay.Dispose();

        private void RunPrimary()
        {
            try
            {
                Primary.Run(
                    new PrimaryOptions
                    {
                        Guests = new Breaking(Guests(), _breaksAt),
                        Configuration = Configuration(),
                        Console = new ConsoleOptions { Relay = _relay.Endpoint },
                        Files = new ProgramFiles { Root = Shared },
                        ArbiterFolder = _locks,
                        Observer = _primary,
                        Listen = new IPEndPoint(IPAddress.Loopback, 0),
                    },
                    CancellationToken.None);
            }
            catch (InvalidOperationException e) when (e.Message.Contains("broken on purpose"))
            {
                // As the test wants it.
            }
        }
    }

    private sealed class Breaking(IGuestFactory guests, ulong at) : IGuestFactory
    {
        public IGuest Build(PairConfiguration configuration, Action<string> onTrouble) =>
            new BreakingGuest(guests.Build(configuration, onTrouble), at);
    }

    /// <summary>A guest whose host breaks at the start of an epoch.</summary>
    private sealed class BreakingGuest(IGuest guest, ulong at) : IGuest
    {
        public ulong Epoch => guest.Epoch;

        public ulong Retired => guest.Retired;

        public bool Waiting => guest.Waiting;

        public int? ExitCode => guest.ExitCode;

        public ulong GuestTime => guest.GuestTime;

        public ulong? Deadline => guest.Deadline;

        public ReadOnlySpan<DeviceOutput> Outputs => guest.Outputs;

        public IReadOnlyList<GuestDevice> Devices => guest.Devices;

        public void BeginEpoch(ReadOnlySpan<DeviceInput> batch, ClockPair clock) => guest.BeginEpoch(batch, clock);

        public void RunEpoch()
        {
            if (guest.Epoch == at) throw new InvalidOperationException("broken on purpose");
            guest.RunEpoch();
        }

        public Digest Digest() => guest.Digest();

        public void AddDisconnects(ICollection<DeviceInput> batch) => guest.AddDisconnects(batch);

        public void Dispose() => guest.Dispose();
    }
}

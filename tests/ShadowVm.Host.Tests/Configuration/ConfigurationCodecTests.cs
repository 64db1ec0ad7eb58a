using CsCheck;
using ShadowVm.Host.Arbitration;
using ShadowVm.Host.Configuration;
using ShadowVm.Machine.Programs;
using ShadowVm.Replication;

namespace ShadowVm.Host.Tests.Configuration;

public class ConfigurationCodecTests
{
    private static readonly Gen<PairConfiguration> Configurations = Gen.Select(
        Gen.Guid,
        Gen.Select(Gen.String[Gen.Char[' ', '\u07ff'], 0, 20], Gen.Int[1, int.MaxValue], Gen.ULong),
        Gen.String[Gen.Char.AlphaNumeric, 0, 30].Array[5],
        Gen.Byte.Array[0, 200].Array[2],
        Gen.Select(Gen.ULong, Gen.Long[1, long.MaxValue], Gen.Enum<ClockMode>()),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.ULong).Array[0, 5],
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 9], Gen.String[Gen.Char.AlphaNumeric, 0, 9]).Array[0, 3],
        Gen.Select(Gen.Bool, Gen.Enum<CommitPolicy>(), Gen.Int[1, 3_600_000], Gen.Long[0, long.MaxValue]),
        (pair, process, texts, bytes, numbers, parameters, disks, role) => new PairConfiguration
        {
            Pair = pair,
            Primary = new ProcessIdentity(process.Item1, process.Item2, process.Item3),
            Isa = texts[0],
            IsaHash = texts[1],
            Machine = texts[2],
            ImageName = texts[3],
            Tier = texts[4],
            MachineDescription = bytes[0],
            Image = bytes[1],
            MemoryBytes = numbers.Item1 == 0 ? null : numbers.Item1,
            EpochLength = numbers.Item2,
            Clock = numbers.Item3,
            Parameters = [.. parameters],
            Program = new ProgramSettings
            {
                Arguments = [.. texts],
                Environment = [.. texts.Take(2)],
                Seed = bytes[0],
                WallClock = numbers.Item1,
                Interpreter = bytes[1],
            },
            FilesIdentity = texts[0],
            Disks = [.. disks.Select(d => new DiskName(d.Item1, d.Item2))],
            ConsoleRelay = role.Item1,
            Role = new RoleSettings
            {
                Commit = role.Item2,
                HeartbeatMilliseconds = role.Item3,
                LagBytes = role.Item4,
                Solo = !role.Item1,
            },
        });

    [Fact]
    public void What_is_written_reads_back() => Configurations.Sample(configuration =>
    {
        var bytes = ConfigurationCodec.Encode(configuration);
        Assert.True(ConfigurationCodec.TryDecode(bytes, out var read, out var sentence), sentence);
        Assert.Equal(configuration.Parameters, read!.Parameters);
        Assert.Equal(configuration.Disks, read.Disks);
        Assert.Equal(configuration.Role, read.Role);
        Assert.Equal(configuration.Primary, read.Primary);
        Assert.Equal(configuration, read);
    });

    [Fact]
    public void Whatever_comes_gives_a_configuration_or_a_sentence() => Gen.Select(
        Configurations,
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[0, 6],
        Gen.Int[-20, 20]).Sample((configuration, changes, length) =>
    {
        var bytes = ConfigurationCodec.Encode(configuration);
        foreach (var (at, value) in changes) bytes[at % bytes.Length] = value;
        Array.Resize(ref bytes, Math.Max(0, bytes.Length + length));
        if (ConfigurationCodec.TryDecode(bytes, out var read, out var sentence))
        {
            Assert.Equal(bytes, ConfigurationCodec.Encode(read!));
        }
        else
        {
            Assert.Null(read);
            Assert.EndsWith(".", sentence);
        }
    });

    [Fact]
    public void Every_cut_is_noticed()
    {
        var bytes = ConfigurationCodec.Encode(Configurations.Single());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(ConfigurationCodec.TryDecode(bytes.AsSpan(0, length), out _, out var sentence));
            Assert.StartsWith("The primary's configuration can't be used: it ", sentence);
        }
    }

    [Fact]
    public void Lengths_that_promise_more_than_came_allocate_nothing()
    {
        var bytes = new byte[64];
        Array.Fill(bytes, (byte)0xff);
        "SVPC"u8.CopyTo(bytes);
        bytes[4] = 1;
        bytes[5] = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ConfigurationCodec.TryDecode(bytes, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Another_layout_is_named()
    {
        var bytes = ConfigurationCodec.Encode(Configurations.Single());
        bytes[4] = 9;
        Assert.False(ConfigurationCodec.TryDecode(bytes, out _, out var sentence));
        Assert.Contains("version 9", sentence);
    }
}

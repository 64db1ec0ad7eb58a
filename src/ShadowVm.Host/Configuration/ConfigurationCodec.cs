using System.Text;
using ShadowVm.Host.Arbitration;
using ShadowVm.Machine.Programs;
using ShadowVm.Replication;
using ShadowVm.Vmm;

namespace ShadowVm.Host.Configuration;

/// <summary>
/// The configuration as bytes, little-endian, in this order:
/// <code>
/// magic "SVPC" u32 | version u16 | pair 16 bytes
/// primary: host string | pid i32 | start time u64
/// isa string | isa hash string | machine string | machine description bytes | image name string | image bytes
/// memory u64 (0: as described) | epoch length i64 | clock u8 | tier string
/// parameters: count u16, each index i32, value u64 | disks: count u16, each name string, identity string
/// program: arguments, environment: each count u16 and so many bytes; seed bytes | wall clock u64 | linker bytes
/// files' identity string | relay u8 | protected u8 | drains u8
/// commit u8 | heartbeat i32 | timeout i32 | lag i32 | lag bytes i64 | held bytes i64 | solo u8
/// </code>
/// A string is its length in bytes as u16 and UTF-8, bytes are their length as u32 and themselves. Reading is total:
/// whatever comes gives a configuration within its limits or one sentence, and nothing is allocated beyond what came.
/// </summary>
public static class ConfigurationCodec
{
    /// <summary>Version of the layout.</summary>
    public const ushort Version = 2;

    /// <summary>Most bytes of a configuration.</summary>
    public const int BytesMax = 256 << 20;

    /// <summary>Most bytes of a string.</summary>
    public const int StringBytesMax = 1024;

    /// <summary>Most bytes of a machine description.</summary>
    public const int DescriptionBytesMax = 1 << 20;

    /// <summary>Most parameters.</summary>
    public const int ParametersMax = 1024;

    /// <summary>Most disks.</summary>
    public const int DisksMax = 64;

    /// <summary>Most arguments, and most words of the environment.</summary>
    public const int WordsMax = 4096;

    /// <summary>Most bytes of an argument.</summary>
    public const int WordBytesMax = 128 << 10;

    /// <summary>Most bytes of a seed.</summary>
    public const int SeedBytesMax = 1024;

    private const uint Magic = 0x43505653; // "SVPC"
    private const int PeriodMillisecondsMax = 3_600_000;

    /// <summary>Writes a configuration.</summary>
    public static byte[] Encode(PairConfiguration configuration)
    {
        var writer = new ConfigurationWriter();
        writer.U32(Magic);
        writer.U16(Version);
        writer.Raw(configuration.Pair.ToByteArray());
        writer.String(configuration.Primary.Host);
        writer.I32(configuration.Primary.Pid);
        writer.U64(configuration.Primary.StartTime);
        writer.String(configuration.Isa);
        writer.String(configuration.IsaHash);
        writer.String(configuration.Machine);
        writer.Bytes(configuration.MachineDescription);
        writer.String(configuration.ImageName);
        writer.Bytes(configuration.Image);
        writer.U64(configuration.MemoryBytes ?? 0);
        writer.I64(configuration.EpochLength);
        writer.U8((byte)configuration.Clock);
        writer.String(configuration.Tier);
        writer.U16((ushort)configuration.Parameters.Count);
        foreach (var (index, value) in configuration.Parameters)
        {
            writer.I32(index);
            writer.U64(value);
        }

        writer.U16((ushort)configuration.Disks.Count);
        foreach (var disk in configuration.Disks)
        {
            writer.String(disk.Name);
            writer.String(disk.Identity);
        }

        WriteWords(writer, configuration.Program.Arguments);
        WriteWords(writer, configuration.Program.Environment);
        writer.Bytes(configuration.Program.Seed.Span);
        writer.U64(configuration.Program.WallClock);
        writer.Bytes(configuration.Program.Interpreter.Span);
        writer.String(configuration.FilesIdentity);
        writer.U8(configuration.ConsoleRelay ? (byte)1 : (byte)0);
        writer.U8(configuration.Protected ? (byte)1 : (byte)0);
        writer.U8((byte)configuration.DrainPolicy);
        WriteRole(writer, configuration.Role);
        return writer.ToArray();
    }

    /// <summary>Reads a configuration; false with a sentence where the bytes are none.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, out PairConfiguration? configuration, out string sentence)
    {
        configuration = null;
        sentence = "";
        if (bytes.Length > BytesMax)
        {
            sentence = $"The configuration has {bytes.Length} bytes; {BytesMax} is the limit.";
            return false;
        }

        var reader = new ConfigurationReader(bytes);
        if (reader.U32("magic") != Magic) reader.Fail("it is no configuration");
        if (reader.U16("version") is var version && version != Version)
        {
            reader.Fail($"its layout is version {version}, this build reads {Version}");
        }

        var read = new PairConfiguration
        {
            Pair = reader.Guid("pair"),
            Primary = new ProcessIdentity(
                reader.String("primary's host"),
                reader.I32("primary's pid", 1, int.MaxValue),
                reader.U64("primary's start time")),
            Isa = reader.String("instruction set"),
            IsaHash = reader.String("definition's hash"),
            Machine = reader.String("machine"),
            MachineDescription = reader.Bytes("machine description", DescriptionBytesMax),
            ImageName = reader.String("image's name"),
            Image = reader.Bytes("image", BytesMax),
            MemoryBytes = reader.U64("memory") is var memory && memory != 0 ? memory : null,
            EpochLength = reader.I64("epoch length", 1, long.MaxValue),
            Clock = (ClockMode)reader.U8("clock", (byte)ClockMode.Instructions),
            Tier = reader.String("tier"),
            Parameters = Parameters(ref reader),
            Disks = Disks(ref reader),
            Program = new ProgramSettings
            {
                Arguments = Words(ref reader),
                Environment = Words(ref reader),
                Seed = reader.Bytes("seed", SeedBytesMax),
                WallClock = reader.U64("wall clock"),
                Interpreter = reader.Bytes("dynamic linker", BytesMax),
            },
            FilesIdentity = reader.String("files' identity"),
            ConsoleRelay = reader.U8("relay", 1) != 0,
            Protected = reader.U8("protected", 1) != 0,
            DrainPolicy = (DrainPolicy)reader.U8("drains", (byte)DrainPolicy.EndEpoch),
            Role = Role(ref reader),
        };
        reader.End();
        if (reader.Failure is { } failure)
        {
            sentence = $"The primary's configuration can't be used: {failure}.";
            return false;
        }

        configuration = read;
        return true;
    }

    private static List<(int Index, ulong Value)> Parameters(ref ConfigurationReader reader)
    {
        var list = new List<(int, ulong)>();
        for (var left = reader.Count("parameters", ParametersMax); left > 0 && reader.Failure is null; left--)
        {
            list.Add((reader.I32("parameter's index", 0, int.MaxValue), reader.U64("parameter")));
        }

        return list;
    }

    private static void WriteWords(ConfigurationWriter writer, IReadOnlyList<string> words)
    {
        if (words.Count > WordsMax) throw new HostException($"{words.Count} arguments are more than {WordsMax}.");
        writer.U16((ushort)words.Count);
        foreach (var word in words)
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            if (bytes.Length > WordBytesMax) throw new HostException($"An argument of {bytes.Length} bytes is longer than {WordBytesMax}.");
            writer.Bytes(bytes);
        }
    }

    private static List<string> Words(ref ConfigurationReader reader)
    {
        var list = new List<string>();
        for (var left = reader.Count("arguments", WordsMax); left > 0 && reader.Failure is null; left--)
        {
            list.Add(reader.LongString("argument", WordBytesMax));
        }

        return list;
    }

    private static List<DiskName> Disks(ref ConfigurationReader reader)
    {
        var list = new List<DiskName>();
        for (var left = reader.Count("disks", DisksMax); left > 0 && reader.Failure is null; left--)
        {
            list.Add(new DiskName(reader.String("disk's name"), reader.String("disk's identity")));
        }

        return list;
    }

    private static void WriteRole(ConfigurationWriter writer, RoleSettings role)
    {
        writer.U8((byte)role.Commit);
        writer.I32(role.HeartbeatMilliseconds);
        writer.I32(role.TimeoutMilliseconds);
        writer.I32(role.LagMilliseconds);
        writer.I64(role.LagBytes);
        writer.I64(role.HeldOutputBytes);
        writer.U8(role.Solo ? (byte)1 : (byte)0);
    }

    private static RoleSettings Role(ref ConfigurationReader reader) => new()
    {
        Commit = (CommitPolicy)reader.U8("commit policy", (byte)CommitPolicy.Patent),
        HeartbeatMilliseconds = reader.I32("heartbeat", 1, PeriodMillisecondsMax),
        TimeoutMilliseconds = reader.I32("timeout", 1, PeriodMillisecondsMax),
        LagMilliseconds = reader.I32("lag", 0, PeriodMillisecondsMax),
        LagBytes = reader.I64("lag bytes", 0, long.MaxValue),
        HeldOutputBytes = reader.I64("held bytes", 0, long.MaxValue),
        Solo = reader.U8("solo", 1) != 0,
    };
}

using System.Diagnostics;
using ShadowVm.Host.Backends;
using ShadowVm.Machine;
using ShadowVm.Machine.Channel;

namespace ShadowVm.Host.Tests.Backends;

public sealed class DiskBackendTests : IDisposable
{
    private const ushort Device = 4;
    private const int Sectors = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly BackendHost _host = new();
    private readonly DiskOptions _options;
    private DiskBackend? _backend;
    private ulong _number;

    public DiskBackendTests() => _options = new DiskOptions
    {
        Path = _folder.File("disk.img"),
        Size = Sectors * DiskOptions.SectorBytes,
    };

    public void Dispose()
    {
        _backend?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_is_written_is_in_the_file_when_completed_is_posted_and_reads_back()
    {
        Connect(_options);
        var bytes = Pattern(2, 0xa5);
        Release(new ChannelRequest(ChannelRequestKind.Write, 1, 10, 3, 2, bytes));
        var written = Reply();
        Assert.Equal((10u, OperationStatus.Done), (written.Tag, written.Status));
        Assert.Equal(bytes, File.ReadAllBytes(_options.Path).AsSpan(3 * 512, 1024).ToArray());
        Release(new ChannelRequest(ChannelRequestKind.Read, 1, 11, 3, 2, default));
        Assert.Equal(bytes, Reply().Data.ToArray());
        Eventually.True(() => _host.ReleasedNumbers.Count == 3, "all released");
        Assert.False(_backend!.MayRaise);
        Assert.Equal(0, _backend.PendingBytes);
    }

    [Fact]
    public void Known_failures_have_a_status_and_change_nothing()
    {
        DiskFile.Prepare(_options);
        Connect(_options with { ReadOnly = true });
        Release(new ChannelRequest(ChannelRequestKind.Write, 1, 1, 0, 1, Pattern(1, 1)));
        Assert.Equal(OperationStatus.ReadOnly, Reply().Status);
        Release(new ChannelRequest(ChannelRequestKind.Read, 1, 2, Sectors - 1, 2, default));
        Assert.Equal(OperationStatus.BeyondEnd, Reply().Status);
        Assert.All(File.ReadAllBytes(_options.Path), b => Assert.Equal(0, b));
    }

    [Fact]
    public void A_disk_that_is_not_there_fails_the_connect_with_a_status()
    {
        Open(null);
        Release(Connecting(1));
        var reply = Reply();
        Assert.Equal((ChannelReplyKind.Completed, OperationStatus.InputOutputError), (reply.Kind, reply.Status));
        Assert.Single(_host.Troubles);
    }

    [Fact]
    public void Operations_run_side_by_side_and_complete_in_any_order()
    {
        Connect(_options with { Latency = TimeSpan.FromMilliseconds(100), Concurrency = 8 });
        var clock = Stopwatch.StartNew();
        for (uint tag = 0; tag < 8; tag++)
        {
            Release(new ChannelRequest(ChannelRequestKind.Write, 1, tag, tag, 1, Pattern(1, (byte)tag)));
        }

        Assert.True(_backend!.MayRaise);
        var tags = Enumerable.Range(0, 8).Select(_ => Reply().Tag).Order();
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (uint)i), tags);
        Assert.InRange(clock.ElapsedMilliseconds, 95, 700);
    }

    [Fact]
    public void Writes_to_one_sector_keep_their_order()
    {
        Connect(_options with { Latency = TimeSpan.FromMilliseconds(2) });
        for (uint tag = 0; tag < 32; tag++)
        {
            Release(new ChannelRequest(ChannelRequestKind.Write, 1, tag, tag % 2, 2, Pattern(2, (byte)tag)));
        }

        Assert.Equal(Enumerable.Range(0, 32).Select(i => (uint)i), Enumerable.Range(0, 32).Select(_ => Reply().Tag));
        Assert.Equal(31, File.ReadAllBytes(_options.Path)[512]);
    }

    [Fact]
    public void A_disk_that_shrinks_under_a_read_is_a_disconnect()
    {
        Connect(_options);
        using (var file = new FileStream(_options.Path, FileMode.Open)) file.SetLength(512);
        Release(new ChannelRequest(ChannelRequestKind.Read, 1, 1, 8, 4, default));
        Release(new ChannelRequest(ChannelRequestKind.Read, 1, 2, 8, 4, default));
        var reply = Reply();
        Assert.Equal((ChannelReplyKind.Disconnected, 1u), (reply.Kind, reply.Connection));
        Eventually.True(() => !_backend!.MayRaise, "both operations over");
        Assert.Empty(_host.Inputs);
        Assert.Single(_host.Troubles);
    }

    [Fact]
    public void What_a_closed_connection_had_outstanding_is_never_answered()
    {
        Connect(_options with { Latency = TimeSpan.FromMilliseconds(50), Concurrency = 1 });
        for (uint tag = 0; tag < 5; tag++) Release(new ChannelRequest(ChannelRequestKind.Read, 1, tag, 0, 1, default));
        Release(new ChannelRequest(ChannelRequestKind.Close, 1, 0, 0, 0, default));
        Release(Connecting(2));
        ChannelReply reply;
        while ((reply = Reply()).Connection == 1) Assert.Equal(ChannelReplyKind.Completed, reply.Kind);
        Assert.Equal((2u, (ulong)Sectors), (reply.Connection, reply.Capacity));
        Eventually.True(() => _host.ReleasedNumbers.Count == 8, "all released");
    }

    [Fact]
    public void A_missing_file_is_created_only_with_a_size()
    {
        var missing = _options with { Path = _folder.File("other.img"), Size = null };
        Assert.Contains("is missing", Assert.Throws<HostException>(() => DiskFile.Prepare(missing)).Message);
        DiskFile.Prepare(missing with { Size = 1024 });
        Assert.Equal(1024, new FileInfo(missing.Path).Length);
        var wrong = Assert.Throws<HostException>(() => DiskFile.Prepare(missing with { Size = 2048 }));
        Assert.Equal((2, true), (wrong.ExitCode, wrong.Message.Contains("1024")));
    }

    [Fact]
    public void A_file_that_may_not_be_written_is_refused_at_start()
    {
        DiskFile.Prepare(_options);
        File.SetAttributes(_options.Path, FileAttributes.ReadOnly);
        if (Environment.IsPrivilegedProcess)
        {
            // Root may write to anything; a folder in the file's place can't be opened by anybody.
            File.SetAttributes(_options.Path, FileAttributes.Normal);
            File.Delete(_options.Path);
            Directory.CreateDirectory(_options.Path);
        }

        var error = Assert.Throws<HostException>(() => DiskFile.Prepare(_options));
        Assert.Contains(_options.Path, error.Message);
    }

    [Fact]
    public void A_backup_tells_the_primarys_disk_from_another()
    {
        DiskFile.Prepare(_options);
        var number = DiskIdentity.Leave(_options);
        DiskIdentity.Check(_options with { Path = Path.Combine(_folder.Path, ".", "disk.img") }, number);
        var other = _options with { Path = _folder.File("other.img") };
        var none = Assert.Throws<HostException>(() => DiskIdentity.Check(other, number));
        Assert.Contains("shows no identity", none.Message);
        DiskIdentity.Leave(other);
        var wrong = Assert.Throws<HostException>(() => DiskIdentity.Check(other, number));
        Assert.Contains("not the primary's", wrong.Message);
    }

    [Theory]
    [InlineData("path=a,size=1M,latency=5ms,readonly=off,cache=writethrough,name=d", 1 << 20, 5)]
    [InlineData("path=a", null, 0)]
    public void Options_are_read(string text, int? size, int latency)
    {
        var options = DiskOptions.Parse(text);
        Assert.Equal(("a", size, latency), (options.Path, options.Size, options.Latency.TotalMilliseconds));
    }

    [Theory]
    [InlineData("size=1M")]
    [InlineData("path=a,size=513")]
    [InlineData("path=a,size=-1M")]
    [InlineData("path=a,size=99999999999G")]
    [InlineData("path=a,latency=5")]
    [InlineData("path=a,cache=writeback")]
    [InlineData("path=a,readonly=yes")]
    [InlineData("path=a,colour=red")]
    [InlineData("path")]
    public void Options_that_make_no_sense_are_refused(string text) =>
        Assert.Equal(2, Assert.Throws<HostException>(() => DiskOptions.Parse(text)).ExitCode);

    private static byte[] Pattern(int sectors, byte value)
    {
        var bytes = new byte[sectors * DiskOptions.SectorBytes];
        Array.Fill(bytes, value);
        return bytes;
    }

    private static ChannelRequest Connecting(uint connection) =>
        new(ChannelRequestKind.Connect, connection, ChannelRegisters.ConnectTag, 0, 0, default);

    private void Connect(DiskOptions options)
    {
        DiskFile.Prepare(options);
        Open(options);
        Release(Connecting(1));
        Assert.Equal((ulong)Sectors, Reply().Capacity);
    }

    private void Open(DiskOptions? options)
    {
        _backend = new DiskBackend(Device, options, _host);
        _backend.Open(1);
    }

    private void Release(ChannelRequest request) =>
        _backend!.Release(new DeviceOutput(++_number, Device, (byte)request.Kind, true, request.Encode()));

    private ChannelReply Reply()
    {
        var input = _host.Next();
        Assert.Equal((Device, true), (input.Device, input.Bound));
        Assert.True(ChannelReply.TryDecode(input.Kind, input.Data, out var reply));
        return reply;
    }
}

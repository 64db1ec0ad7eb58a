using System.Net;
using System.Net.Sockets;
using ShadowVm.Host.Channel;

namespace ShadowVm.Host.Tests.Channel;

public sealed class TcpChannelTests : IDisposable
{
    private readonly TcpListeningEnd _end = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Listener _left = new();
    private readonly Listener _right = new();

    public void Dispose() => _end.Dispose();

    [Fact]
    public void Frames_of_all_sizes_arrive_in_order_both_ways()
    {
        var (a, b) = Pair();
        for (var i = 0; i < 3000; i++)
        {
            a.Send(new ToyFrame(i, i * 7 % 5000), flush: i % 11 == 0);
            b.Send(new ToyFrame(-i, i % 3), flush: false);
            if (i % 17 == 16) b.Flush();
        }

        b.Flush();
        a.Send(new ToyFrame(3000, 1 << 20), flush: true);
        Eventually.True(() => _right.Frames.Length == 3001 && _left.Frames.Length == 3000, "all frames");
        Assert.Equal(Enumerable.Range(0, 3001), _right.Frames.Select(f => f.Number));
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => -i), _left.Frames.Select(f => f.Number));
        a.Close();
        b.Close();
    }

    [Fact]
    public void Frames_that_nobody_flushes_leave_with_the_next_one_or_when_they_are_a_batch()
    {
        var (a, b) = Pair();
        a.Send(new ToyFrame(1, 0), flush: false);
        a.Send(new ToyFrame(2, 0), flush: true);
        Eventually.True(() => _right.Frames.Length == 2, "two frames");
        a.Send(new ToyFrame(3, new ChannelSettings().BatchBytes), flush: false);
        Eventually.True(() => _right.Frames.Length == 3, "the batch");
        a.Close();
        b.Close();
    }

    [Fact]
    public void A_clean_close_lets_everything_out_first()
    {
        var (a, b) = Pair();
        for (var i = 0; i < 2000; i++) a.Send(new ToyFrame(i, 1000), flush: false);
        a.Close();
        Eventually.True(() => _right.Lost is not null, "the end");
        Assert.Equal(2000, _right.Frames.Length);
        Assert.Equal("the peer closed the channel", _right.Lost);
        Assert.Null(_left.Lost);
        b.Close();
    }

    [Fact]
    public void What_a_dying_peer_had_sent_comes_before_its_loss()
    {
        var (a, b) = Pair();
        for (var i = 0; i < 500; i++)
        {
            a.Send(new ToyFrame(i, 100), flush: true);
            b.Send(new ToyFrame(i, 100), flush: true);
        }

        Eventually.True(() => _right.Frames.Length > 0, "the first frame");
        a.Abort();
        Eventually.True(() => _right.Lost is not null, "the loss");
        Assert.Equal(0, _right.AfterLoss);
        Assert.Equal(Enumerable.Range(0, _right.Frames.Length), _right.Frames.Select(f => f.Number));
        b.Close();
    }

    [Fact]
    public void Bytes_that_are_no_frame_end_the_session_after_the_frames_before_them()
    {
        var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        raw.Connect(_end.LocalEndpoint);
        using var channel = new TcpChannel(_end.Accept()!, new ToyCodec());
        channel.Start(_right);
        raw.Send([ToyCodec.Magic, 7, 0, 0, 0, 1, 0, 0, 0, 7, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Eventually.True(() => _right.Lost is not null, "the loss");
        Assert.Equal(7, Assert.Single(_right.Frames).Number);
        Assert.Equal("a frame begins with 11", _right.Lost);
        raw.Dispose();
    }

    [Fact]
    public void A_stream_that_ends_inside_a_frame_says_so()
    {
        var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        raw.Connect(_end.LocalEndpoint);
        using var channel = new TcpChannel(_end.Accept()!, new ToyCodec());
        channel.Start(_right);
        raw.Send([ToyCodec.Magic, 7, 0, 0]);
        raw.Shutdown(SocketShutdown.Send);
        Eventually.True(() => _right.Lost is not null, "the loss");
        Assert.Equal("the channel ended inside a frame", _right.Lost);
        raw.Dispose();
    }

    [Fact]
    public void A_peer_that_reads_nothing_counts_as_lost_and_blocks_nobody()
    {
        var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        raw.Connect(_end.LocalEndpoint);
        var settings = new ChannelSettings { QueueLimitBytes = 1 << 20, CloseMilliseconds = 100 };
        using var channel = new TcpChannel(_end.Accept()!, new ToyCodec(), settings);
        channel.Start(_right);
        for (var i = 0; i < 200 && _right.Lost is null; i++) channel.Send(new ToyFrame(i, 1 << 20), flush: true);
        Eventually.True(() => _right.Lost is not null, "the loss");
        Assert.Equal("more than 1 MiB wait for the peer to read them", _right.Lost);
        raw.Dispose();
    }

    [Fact]
    public void A_port_in_use_is_one_sentence()
    {
        var error = Assert.Throws<HostException>(() => new TcpListeningEnd(_end.LocalEndpoint));
        Assert.Equal($"Port {_end.LocalEndpoint.Port} on 127.0.0.1 is in use.", error.Message);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void Connecting_waits_for_a_listener_and_stops_when_told()
    {
        var port = _end.LocalEndpoint.Port;
        _end.Dispose();
        using var stop = new CancellationTokenSource(100);
        Assert.Null(TcpConnectingEnd.Connect(new IPEndPoint(IPAddress.Loopback, port), 10, stop.Token));
    }

    [Theory]
    [InlineData("127.0.0.1:7400", "127.0.0.1:7400")]
    [InlineData("[::1]:0", "[::1]:0")]
    public void Loopback_addresses_are_taken(string text, string expected) =>
        Assert.Equal(expected, Endpoint.Parse(text, insecurePlaintext: false).ToString());

    [Theory]
    [InlineData("7400")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData(":1")]
    [InlineData("")]
    public void What_is_no_address_is_named(string text)
    {
        var error = Assert.Throws<HostException>(() => Endpoint.Parse(text, insecurePlaintext: false));
        Assert.Contains($"'{text}'", error.Message);
    }

    [Fact]
    public void Plaintext_leaves_the_host_only_by_consent()
    {
        var error = Assert.Throws<HostException>(() => Endpoint.Parse("192.0.2.1:7400", insecurePlaintext: false));
        Assert.Contains("--insecure-plaintext", error.Message);
        Assert.Equal("192.0.2.1:7400", Endpoint.Parse("192.0.2.1:7400", insecurePlaintext: true).ToString());
    }

    private (TcpChannel A, TcpChannel B) Pair()
    {
        var socket = TcpConnectingEnd.Connect(_end.LocalEndpoint, 10, CancellationToken.None)!;
        var a = new TcpChannel(socket, new ToyCodec());
        var b = new TcpChannel(_end.Accept()!, new ToyCodec());
        a.Start(_left);
        b.Start(_right);
        return (a, b);
    }
}

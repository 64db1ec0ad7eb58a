using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Processes;

/// <summary>Peers of another build, and peers that send what is no frame.</summary>
public class HostilePeerTests
{
    [Fact]
    public void A_backup_of_another_build_is_refused_and_the_primary_goes_on_waiting()
    {
        using var folder = new TemporaryFolder();
        using var primary = StartPrimary(folder, out var endpoint);
        using (var socket = Connect(endpoint))
        {
            Send(socket, new Hello(true, Hello.CurrentVersion, "another build", Guid.Empty, 0, default));
            primary.AwaitError("is build another build");
        }

        AssertStillWorks(folder, primary, endpoint);
    }

    [Theory]
    [InlineData("ffffffff00000000")] // a length beyond every limit
    [InlineData("0400000001020304050607080a0b0c0d")] // a checksum that is wrong
    [InlineData("474554202f20485454502f312e310d0a0d0a")] // another protocol
    public void Bytes_that_are_no_frame_leave_the_primary_waiting(string hex)
    {
        using var folder = new TemporaryFolder();
        using var primary = StartPrimary(folder, out var endpoint);
        using (var socket = Connect(endpoint))
        {
            socket.Send(Convert.FromHexString(hex));
            primary.AwaitError("waiting: ");
        }

        AssertStillWorks(folder, primary, endpoint);
    }

    [Theory]
    [InlineData("another build", null, "is build another build")]
    [InlineData(null, "ffffffff00000000", "A frame of 4294967295 bytes came")]
    public void A_backup_refuses_a_primary_that_it_can_t_follow(string? build, string? hex, string says)
    {
        using var folder = new TemporaryFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var backup = ShadowVmProcess.Start(
            folder, "backup", "--primary", $"{listener.LocalEndpoint}", "--arbiter", folder.Locks());
        using var socket = listener.AcceptSocket();
        if (build is not null) Send(socket, new Hello(false, Hello.CurrentVersion, build, Guid.NewGuid(), 1, default));
        if (hex is not null) socket.Send(Convert.FromHexString(hex));
        var exitCode = backup.WaitForExit();
        Assert.Contains(says, backup.Error);
        Assert.NotEqual(0, exitCode);
        if (build is not null) Assert.Equal(2, exitCode);
    }

    private static ShadowVmProcess StartPrimary(TemporaryFolder folder, out IPEndPoint endpoint)
    {
        var primary = ShadowVmProcess.Start(
            folder, "primary", "hello", "--listen", "127.0.0.1:0", "--arbiter", folder.Locks());
        primary.AwaitError("listening on");
        var line = primary.ErrorLines.First(text => text.Contains("listening on"));
        endpoint = IPEndPoint.Parse(line[(line.LastIndexOf(' ') + 1)..]);
        return primary;
    }

    private static void AssertStillWorks(TemporaryFolder folder, ShadowVmProcess primary, IPEndPoint endpoint)
    {
        var (exitCode, _, error) = ShadowVmProcess.Run(
            folder, "backup", "--primary", $"{endpoint}", "--arbiter", folder.Locks());
        Assert.True(exitCode == 0, error);
        Assert.Equal(0, primary.WaitForExit());
        Assert.Equal("hello from the guest\n", primary.Output);
    }

    private static Socket Connect(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(endpoint);
        return socket;
    }

    private static void Send(Socket socket, Frame frame)
    {
        var bytes = new ArrayBufferWriter<byte>();
        FrameCodec.Write(frame, bytes);
        Assert.Equal(bytes.WrittenCount - FrameCodec.HeaderBytes, BinaryPrimitives.ReadInt32LittleEndian(bytes.WrittenSpan));
        socket.Send(bytes.WrittenSpan);
    }
}

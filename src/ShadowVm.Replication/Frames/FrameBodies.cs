namespace ShadowVm.Replication.Frames;

/// <summary>The body of each kind of frame, field by field, in wire order.</summary>
internal static class FrameBodies
{
    private const byte FromBackup = 1;
    private const byte Bound = 1;
    private const byte More = 2;
    private const byte Exited = 1;
    private const byte Wanted = 2;
    private const byte Stopped = 1;

    public static void Write(Frame frame, ref FrameWriter to)
    {
        switch (frame)
        {
            case Hello hello:
                to.Byte((byte)FrameKind.Hello);
                to.Byte(hello.FromBackup ? FromBackup : (byte)0);
                to.UInt32(hello.ProtocolVersion);
                to.Text(hello.Build);
                to.Guid(hello.Pair);
                to.UInt64(hello.Generation);
                to.Clock(hello.FirstClock);
                break;
            case ConfigurationPart part:
                to.Byte((byte)FrameKind.ConfigurationPart);
                to.UInt32(part.Offset);
                to.UInt32(part.Total);
                to.Bytes(part.Data, FrameLimits.DataBytesMax);
                break;
            case Ready ready:
                to.Byte((byte)FrameKind.Ready);
                to.Digest(ready.Initial);
                break;
            case Refuse refuse:
                to.Byte((byte)FrameKind.Refuse);
                to.Text(refuse.Sentence);
                break;
            case InterruptFrame interrupt:
                to.Byte((byte)FrameKind.Interrupt);
                to.UInt64(interrupt.Epoch);
                to.UInt32(interrupt.Class);
                to.Byte((byte)((interrupt.Bound ? Bound : 0) | (interrupt.More ? More : 0)));
                to.Bytes(interrupt.Data, FrameLimits.DataBytesMax);
                break;
            case EndOfEpoch end:
                to.Byte((byte)FrameKind.EndOfEpoch);
                to.UInt64(end.Epoch);
                to.UInt64(end.Instructions);
                to.Digest(end.Digest);
                to.Clock(end.NextClock);
                to.Byte((byte)((end.ExitCode is null ? 0 : Exited) | (end.Wanted ? Wanted : 0)));
                to.UInt32((uint)(end.ExitCode ?? 0));
                break;
            case Acknowledge acknowledge:
                to.Byte((byte)FrameKind.Acknowledge);
                to.UInt64(acknowledge.Received);
                to.UInt64(acknowledge.Executed);
                to.UInt64(acknowledge.Instructions);
                break;
            case Heartbeat heartbeat:
                to.Byte((byte)FrameKind.Heartbeat);
                to.UInt64(heartbeat.Epoch);
                to.UInt64(heartbeat.Instructions);
                break;
            case ReleasedThrough released:
                to.Byte((byte)FrameKind.ReleasedThrough);
                to.UInt64(released.Number);
                break;
            case Goodbye goodbye:
                to.Byte((byte)FrameKind.Goodbye);
                to.Byte(goodbye.Stopped ? Stopped : (byte)0);
                to.UInt32((uint)goodbye.ExitCode);
                break;
            default:
                throw new InvalidOperationException($"{frame.GetType().Name} has no body");
        }
    }

    public static Frame Read(ref FrameReader from)
    {
        var kind = from.Byte();
        switch ((FrameKind)kind)
        {
            case FrameKind.Hello:
                return new Hello(
                    from.Flags(FromBackup) != 0, from.UInt32(), from.Text(), from.Guid(), from.UInt64(), from.Clock());
            case FrameKind.ConfigurationPart:
                return new ConfigurationPart(from.UInt32(), from.UInt32(), from.Bytes(FrameLimits.DataBytesMax));
            case FrameKind.Ready:
                return new Ready(from.Digest());
            case FrameKind.Refuse:
                return new Refuse(from.Text());
            case FrameKind.Interrupt:
                {
                    var (epoch, kindOf, flags) = (from.UInt64(), from.UInt32(), from.Flags(Bound | More));
                    var data = from.Bytes(FrameLimits.DataBytesMax);
                    return new InterruptFrame(epoch, kindOf, (flags & Bound) != 0, (flags & More) != 0, data);
                }

            case FrameKind.EndOfEpoch:
                {
                    var (epoch, instructions) = (from.UInt64(), from.UInt64());
                    var (digest, clock) = (from.Digest(), from.Clock());
                    var (flags, code) = (from.Flags(Exited | Wanted), (int)from.UInt32());
                    int? exit = (flags & Exited) != 0 ? code : null;
                    return new EndOfEpoch(epoch, instructions, digest, clock, exit, (flags & Wanted) != 0);
                }

            case FrameKind.Acknowledge:
                return new Acknowledge(from.UInt64(), from.UInt64(), from.UInt64());
            case FrameKind.Heartbeat:
                return new Heartbeat(from.UInt64(), from.UInt64());
            case FrameKind.ReleasedThrough:
                return new ReleasedThrough(from.UInt64());
            case FrameKind.Goodbye:
                {
                    var flags = from.Flags(Stopped);
                    return new Goodbye((int)from.UInt32(), flags != 0);
                }

            default:
                throw new FrameException($"A frame of kind {kind} came; this build knows none of that kind.");
        }
    }
}

using System.Buffers;
using BenchmarkDotNet.Attributes;
using ShadowVm.Replication;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Benchmarks;

/// <summary>Frames to bytes and back.</summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);
    private readonly EndOfEpoch _end = new(1234, 567_890, new Digest(1, 2), new ClockPair(3, 4), ExitCode: null, Wanted: false);
    private readonly InterruptFrame _interrupt = new(1234, 0x30001, Bound: true, More: false, new byte[512 + 24]);
    private byte[] _endBytes = [];
    private byte[] _interruptBytes = [];

    [GlobalSetup]
    public void Setup()
    {
        _endBytes = Bytes(_end);
        _interruptBytes = Bytes(_interrupt);
    }

    [Benchmark]
    public int WriteEndOfEpoch() => Write(_end);

    [Benchmark]
    public int WriteInterruptWithSector() => Write(_interrupt);

    [Benchmark]
    public Frame ReadEndOfEpoch() => Read(_endBytes);

    [Benchmark]
    public Frame ReadInterruptWithSector() => Read(_interruptBytes);

    private int Write(Frame frame)
    {
        _buffer.ResetWrittenCount();
        return FrameCodec.Write(frame, _buffer);
    }

    private byte[] Bytes(Frame frame)
    {
        Write(frame);
        return _buffer.WrittenSpan.ToArray();
    }

    private static Frame Read(ReadOnlySpan<byte> bytes)
    {
        FrameCodec.TryRead(ref bytes, out var frame);
        return frame;
    }
}

using System.Buffers;
using ShadowVm.Engine.Memory;
using ShadowVm.Host.Configuration;
using ShadowVm.Machine.Channel;
using ShadowVm.Machine.Elf;
using ShadowVm.Replication;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Fuzzing;

/// <summary>Bytes from files and the network.</summary>
public class BinaryTargets
{
    [Fact]
    public void Images()
    {
        var image = Checkout.Read("tests", "Guests", "bin", "hello.elf");
        using var memory = new GuestMemory(0x8000_0000, 1 << 20);
        Fuzz.Run(nameof(Images), 5000, chance =>
        {
            var bytes = chance.Mutate(image);
            try
            {
                ElfLoader.Load("fuzzed", bytes, new ElfTarget(243, 64, BigEndian: false), memory);
            }
            catch (ImageException e)
            {
                Assert.StartsWith("fuzzed: ", e.Message);
            }

            ElfSymbols.Read(bytes).TryFind(0x8000_0000, out _, out _);
        });
    }

    [Fact]
    public void Frames()
    {
        var stream = new ArrayBufferWriter<byte>();
        FrameCodec.Write(new Hello(true, 1, "build", Guid.Empty, 1, default), stream);
        FrameCodec.Write(new InterruptFrame(3, 0x30001, true, false, new byte[600]), stream);
        FrameCodec.Write(new EndOfEpoch(3, 4, new Digest(5, 6), new ClockPair(7, 8), 9, true), stream);
        var whole = stream.WrittenSpan.ToArray();
        Fuzz.Run(nameof(Frames), 20_000, chance =>
        {
            ReadOnlySpan<byte> bytes = chance.Mutate(whole);
            try
            {
                while (FrameCodec.TryRead(ref bytes, out var frame)) Assert.NotNull(frame);
            }
            catch (FrameException e)
            {
                Assert.NotEmpty(e.Message);
            }
        });
    }

    [Fact]
    public void Payloads() => Fuzz.Run(nameof(Payloads), 20_000, chance =>
    {
        var request = new ChannelRequest(ChannelRequestKind.Write, 1, 2, 3, 1, new byte[512]).Encode();
        if (ChannelRequest.TryDecode((byte)chance.Below(256), chance.Mutate(request), out var read))
        {
            Assert.True(read.Data.Length % 512 == 0);
        }

        ChannelReply.TryDecode((byte)chance.Below(256), chance.Mutate(request), out _);
        if (!ConfigurationCodec.TryDecode(chance.Mutate(request), out _, out var sentence)) Assert.NotEmpty(sentence);
    });
}

using ShadowVm.Engine.Memory;
using ShadowVm.Machine.Elf;

namespace ShadowVm.Machine.Tests;

public sealed class ElfLoaderTests : IDisposable
{
    private const ulong Ram = TestHost.RamStart;

    private static readonly ElfTarget Target = new(243, 64, BigEndian: false);

    private readonly GuestMemory _memory = new(Ram, 0x10000);

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData(32, false)]
    [InlineData(32, true)]
    [InlineData(64, false)]
    [InlineData(64, true)]
    public void Segments_and_entry_of_either_class_and_byte_order_are_loaded(int bits, bool bigEndian)
    {
        var file = new ElfBuilder(bits, bigEndian) { Entry = Ram + 4, Machine = 8 }
            .Load(Ram, [1, 2, 3, 4, 5])
            .Segment(4)
            .Load(Ram + 0x2000, [6, 7], memory: 0x100)
            .Build();
        var image = ElfLoader.Load("a.elf", file, new ElfTarget(8, bits, bigEndian), _memory);

        Assert.Equal(new LoadedImage("a.elf", Ram + 4, Ram + 0x2100), image);
        Assert.Equal([1, 2, 3, 4, 5, 0], Bytes(Ram, 6));
        Assert.Equal([6, 7, 0], Bytes(Ram + 0x2000, 3));
        Assert.Equal([0, 2], _memory.DirtyPages);

        var header = ElfHeader.Read("a.elf", file);
        Assert.Equal((bits, bigEndian, 8, Ram + 4), (header.Bits, header.BigEndian, header.Machine, header.Entry));
    }

    [Fact]
    public void A_segment_goes_to_its_physical_address_and_the_entry_with_it()
    {
        var file = new ElfBuilder { Entry = 0xffff_ffff_8000_0002 }
            .Load(Ram + 0x1000, [1, 2, 3, 4], linked: 0xffff_ffff_8000_0000)
            .Build();
        Assert.Equal(Ram + 0x1002, ElfLoader.Load("k", file, Target, _memory).Entry);
        Assert.Equal([1, 2, 3, 4], Bytes(Ram + 0x1000, 4));
    }

    [Fact]
    public void Memory_beyond_the_files_bytes_is_zero_whatever_was_there()
    {
        _memory.TryCopyIn(Ram, [.. Enumerable.Repeat((byte)0xee, 0x3000)]);
        _memory.ClearDirty();
        ElfLoader.Load("z", new ElfBuilder().Load(Ram + 0x800, [1, 2], memory: 0x5000).Build(), Target, _memory);
        Assert.Equal([0xee, 1, 2, 0], Bytes(Ram + 0x7ff, 4));
        Assert.Equal(new byte[0x4ffe], Bytes(Ram + 0x802, 0x4ffe));
        Assert.Equal([0, 1, 2], _memory.DirtyPages); // pages 3 to 5 held zeros already
    }

    [Fact]
    public void All_of_RAM_can_be_one_segment()
    {
        var file = new ElfBuilder().Load(Ram, [1], memory: 0x10000).Build();
        Assert.Equal(Ram + 0x10000, ElfLoader.Load("a", file, Target, _memory).End);
    }

    public static TheoryData<byte[], string> Refused()
    {
        var good = new ElfBuilder().Load(Ram, [1, 2, 3, 4]).Build();
        var data = new TheoryData<byte[], string>
        {
            { [], "not an ELF file: it begins with nothing, not 7f454c46" },
            { [0x7f], "not an ELF file: it begins with 7f, not 7f454c46" },
            { "#!/bin/sh"u8.ToArray(), "not an ELF file: it begins with 23212f62, not 7f454c46" },
            { good[..10], "truncated: 10 bytes can't hold an ELF header" },
            { good[..63], "truncated: the ELF header has 64 bytes, the file 63" },
            { With(good, 4, 3), "unknown ELF class 3 at offset 4" },
            { With(good, 5, 0), "unknown ELF byte order 0 at offset 5" },
            { With(good, 6, 2), "unknown ELF version 2 at offset 6" },
            {
                new ElfBuilder(32).Load(Ram, [1]).Build(),
                "made for 32 bits (class at offset 4), the guest has 64"
            },
            {
                new ElfBuilder(64, bigEndian: true).Load(Ram, [1]).Build(),
                "big-endian (byte order at offset 5), the guest is little-endian"
            },
            {
                new ElfBuilder { Machine = 62 }.Load(Ram, [1]).Build(),
                "made for machine number 62 (at offset 18), the guest has number 243"
            },
            { With(good, 16, 1), "not an executable but an object file that isn't linked (type 1 at offset 16)" },
            {
                With(good, 16, 3),
                "not an executable but a shared or position-independent file; link it with -static -no-pie "
                + "(type 3 at offset 16)"
            },
            { With(good, 16, 4), "not an executable but a core dump (type 4 at offset 16)" },
            { With(good, 16, 9), "not an executable but of a type that isn't known (type 9 at offset 16)" },
            { With(good, 57, 2), "513 program headers are more than 256" },
            { With(good, 54, 55), "program headers of 55 bytes instead of 56" },
            { With(good, 56, 2), "truncated: 2 program headers at offset 0x40 are not all in the file" },
            {
                With(good, 39, 0xff),
                "truncated: 1 program headers at offset 0xff00000000000040 are not all in the file"
            },
            { new ElfBuilder().Build(), "has no segment to load" },
            { new ElfBuilder().Load(Ram, []).Build(), "has no segment to load" },
            {
                new ElfBuilder().Load(Ram, [1]).Segment(3).Build(),
                "program header 1 asks for a dynamic linker; link the image with -static"
            },
            {
                new ElfBuilder().Load(Ram, [1, 2, 3], memory: 2).Build(),
                "segment 0 has 0x3 bytes in the file, more than 0x2 in memory"
            },
            { good[..^1], "truncated: segment 0 needs 0x4 bytes at offset 0x78, the file has 0x7b" },
            {
                With(good, 64 + 15, 0xff),
                "truncated: segment 0 needs 0x4 bytes at offset 0xff00000000000078, the file has 0x7c"
            },
            {
                new ElfBuilder().Load(0x1000, [1]).Build(),
                "segment 0 of 0x1 bytes at 0x1000 lies outside RAM, 0x80000000 to 0x8000ffff"
            },
            {
                new ElfBuilder().Load(Ram, [1]).Load(Ram + 0xffff, [1, 2]).Build(),
                "segment 1 of 0x2 bytes at 0x8000ffff lies outside RAM, 0x80000000 to 0x8000ffff"
            },
            {
                new ElfBuilder().Load(Ram + 4, [1], memory: ulong.MaxValue).Build(),
                "segment 0 of 0xffffffffffffffff bytes at 0x80000004 lies outside RAM, 0x80000000 to 0x8000ffff"
            },
            {
                new ElfBuilder().Load(Ram + 8, [1, 2]).Load(Ram, [1], memory: 9).Build(),
                "segments 1 and 0 overlap at 0x80000008"
            },
            {
                new ElfBuilder { Entry = 4 }.Load(Ram, [1]).Build(),
                "the entry point 0x4 lies outside RAM, 0x80000000 to 0x8000ffff"
            },
        };
        return data;
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_loaded_is_refused_in_one_sentence_and_leaves_RAM_alone(byte[] file, string expected)
    {
        var thrown = Assert.Throws<ImageException>(() => ElfLoader.Load("bad.elf", file, Target, _memory));
        Assert.Equal("bad.elf: " + expected, thrown.Message);
        Assert.Empty(_memory.DirtyPages);
    }

    [Fact]
    public void Mutations_load_or_are_refused_and_never_do_anything_else()
    {
        var (loaded, refused) = (0, 0);
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var (bits, bigEndian) = (random.Next(2) == 0 ? 32 : 64, random.Next(2) == 0);
            var file = new ElfBuilder(bits, bigEndian)
                .Load(Ram, [1, 2, 3, 4])
                .Load(Ram + 0x1000, [5], memory: 100)
                .Symbol("main", Ram, 4)
                .Symbol("next", Ram + 4)
                .Build();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                file[random.Next(file.Length)] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
            }

            if (random.Next(4) == 0) file = file[..random.Next(file.Length)];
            try
            {
                ElfLoader.Load("m", file, new ElfTarget(243, bits, bigEndian), _memory);
                loaded++;
            }
            catch (ImageException exception)
            {
                Assert.StartsWith("m: ", exception.Message, StringComparison.Ordinal);
                refused++;
            }

            var symbols = ElfSymbols.Read(file);
            symbols.TryFind(Ram + 2, out _, out _);
            symbols.TryFind(ulong.MaxValue, out _, out _);
        }

        Assert.InRange(loaded, 1000, 19_000);
        Assert.InRange(refused, 1000, 19_000);
    }

    private static byte[] With(byte[] file, int at, byte value)
    {
        var changed = file.ToArray();
        changed[at] = value;
        return changed;
    }

    private byte[] Bytes(ulong address, int count)
    {
        var bytes = new byte[count];
        Assert.True(_memory.TryCopyOut(address, bytes));
        return bytes;
    }
}

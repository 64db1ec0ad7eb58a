using ShadowVm.Engine.Memory;

namespace ShadowVm.Engine.Tests;

/// <summary>No guest address reaches host memory outside RAM, whatever it is.</summary>
public class RiscvMemoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Accesses_at_the_edges_are_inside_or_refused(int bytes)
    {
        using var memory = new GuestMemory(RiscvBench.Ram, RiscvBench.RamBytes);
        var end = RiscvBench.Ram + RiscvBench.RamBytes;
        for (var at = end - 16; at < end + 16; at++)
        {
            var fits = at + (ulong)bytes <= end;
            Assert.Equal(fits, memory.TryWrite(at, bytes, 0x0807060504030201));
            Assert.Equal(fits, memory.TryRead(at, bytes, out var value));
            Assert.Equal(fits ? 0x0807060504030201UL & (ulong.MaxValue >> (64 - (8 * bytes))) : 0, value);
        }

        foreach (var at in new[] { 0UL, RiscvBench.Ram - 1, RiscvBench.Ram - (ulong)bytes, ulong.MaxValue, ulong.MaxValue - 7, 1UL << 63 })
        {
            Assert.False(memory.TryRead(at, bytes, out _));
            Assert.False(memory.TryWrite(at, bytes, 1));
        }
    }

    [Fact]
    public void Ranges_that_wrap_or_are_huge_are_outside()
    {
        using var memory = new GuestMemory(RiscvBench.Ram, RiscvBench.RamBytes);
        Assert.True(memory.Contains(RiscvBench.Ram, RiscvBench.RamBytes));
        Assert.False(memory.Contains(RiscvBench.Ram, RiscvBench.RamBytes + 1));
        Assert.False(memory.Contains(RiscvBench.Ram + 1, RiscvBench.RamBytes));
        Assert.False(memory.Contains(RiscvBench.Ram, ulong.MaxValue));
        Assert.False(memory.Contains(ulong.MaxValue, 2));
        Assert.False(memory.TryCopyIn(RiscvBench.Ram + RiscvBench.RamBytes - 1, new byte[2]));
        Assert.False(memory.TryCopyOut(RiscvBench.Ram - 1, new byte[2]));
    }

    [Fact]
    public void Freed_memory_is_no_memory()
    {
        var memory = new GuestMemory(RiscvBench.Ram, RiscvBench.RamBytes);
        memory.Dispose();
        memory.Dispose();
        Assert.False(memory.TryRead(RiscvBench.Ram, 1, out _));
        Assert.False(memory.TryWrite(RiscvBench.Ram, 1, 1));
    }

    [Fact]
    public void Stores_mark_their_pages_once()
    {
        using var memory = new GuestMemory(RiscvBench.Ram, RiscvBench.RamBytes);
        memory.TryWrite(RiscvBench.Ram + 0x1ffe, 4, 1); // across pages 1 and 2
        memory.TryWrite(RiscvBench.Ram + 0x1000, 8, 1);
        memory.TryCopyIn(RiscvBench.Ram + 0x5000, new byte[1]);
        Assert.Equal([1, 2, 5], memory.DirtyPages);
        memory.ClearDirty();
        Assert.Empty(memory.DirtyPages);
    }

    [Fact]
    public void Code_that_is_rewritten_is_seen_at_once()
    {
        using var bench = new RiscvBench();
        bench.Program(
            bench.Word("sw", ("rs1", 5), ("rs2", 6), ("imm", 8)), bench.Addi(7, 7, 1), bench.Addi(7, 7, 1), bench.Addi(7, 7, 1));
        bench[5] = RiscvBench.Ram;
        bench[6] = bench.Addi(7, 7, 100);
        bench.Run(4);
        Assert.Equal(102UL, bench[7]);
        bench.Pc = RiscvBench.Ram + 8;
        bench.Run(1);
        Assert.Equal(202UL, bench[7]);
    }

    [Theory]
    [InlineData(0x8000_fffcUL, 7UL)] // the last word of RAM is executed, then the fetch behind it faults
    [InlineData(0x8001_0000UL, 0UL)]
    [InlineData(0UL, 0UL)]
    [InlineData(0x1000_0000UL, 0UL)] // no instruction is fetched from a device
    [InlineData(0xffff_ffff_ffff_fffcUL, 0UL)]
    public void Fetches_beyond_memory_are_guest_faults(ulong at, ulong expected)
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Addi(5, 5, 0));
        bench.Memory.TryWrite(RiscvBench.Ram + RiscvBench.RamBytes - 4, 4, bench.Addi(7, 0, 7));
        bench.SetRegister("mtvec", RiscvBench.Ram);
        bench.Pc = at;
        Assert.Equal(ExitReason.Counter, bench.Run(2));
        Assert.Equal(expected, bench[7]);
        Assert.Equal(1UL, bench.Register("mcause"));
    }
}

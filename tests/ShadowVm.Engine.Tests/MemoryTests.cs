using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Tests.World;
using static ShadowVm.Engine.Tests.World.Toy;

namespace ShadowVm.Engine.Tests;

/// <summary>The edges of RAM, for every width: all of an access lies inside, or nothing of it happens.</summary>
public class MemoryTests
{
    private const ulong Pattern = 0x8877665544332211;

    public static TheoryData<int, int> WidthsAndDistances()
    {
        var data = new TheoryData<int, int>();
        foreach (var bytes in new[] { 1, 2, 4, 8 })
        {
            for (var distance = 0; distance <= 9; distance++) data.Add(bytes, distance);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(WidthsAndDistances))]
    public void An_access_near_the_end_of_RAM_is_whole_or_a_fault(int bytes, int distance)
    {
        using var toy = new Toy();
        CheckAccess(toy, toy.End - (ulong)distance, bytes, inside: distance >= bytes);
    }

    [Theory]
    [MemberData(nameof(WidthsAndDistances))]
    public void An_access_near_the_start_of_RAM_is_whole_or_a_fault(int bytes, int distance)
    {
        using var toy = new Toy();
        CheckAccess(toy, Ram - (ulong)distance, bytes, inside: distance == 0);
        CheckAccess(toy, Ram + 64 + (ulong)distance, bytes, inside: true);
    }

    [Theory]
    [MemberData(nameof(WidthsAndDistances))]
    public void An_access_that_wraps_around_the_address_space_is_a_fault(int bytes, int distance)
    {
        using var toy = new Toy();
        CheckAccess(toy, 0 - (ulong)distance, bytes, inside: false);
    }

    [Theory]
    [MemberData(nameof(WidthsAndDistances))]
    public void An_aligned_access_at_a_crooked_address_raises(int bytes, int distance)
    {
        var address = Ram + 0x1000 + (ulong)distance;
        using var toy = new Toy(Op($"al{bytes * 8}", a: 1, b: 2), Op($"as{bytes * 8}", a: 1, b: 2));
        (toy[1], toy[2], toy[14]) = (Pattern, address, Ram + 4);
        var before = toy.State().Memory;
        toy.Run(1);
        if (distance % bytes == 0)
        {
            Assert.Equal((0UL, 0UL, 1UL), (toy[1], toy["reason"], toy.Cpu.Retired));
            return;
        }

        Assert.Equal((6UL, address, Pattern), (toy["reason"], toy["bad_address"], toy[1]));
        toy.Run(1);
        Assert.Equal((6UL, Ram + 4, 0UL), (toy["reason"], toy["epc"], toy.Cpu.Retired));
        Assert.Equal(before, toy.State().Memory);
    }

    [Fact]
    public void A_store_across_pages_marks_both()
    {
        using var toy = new Toy(Op("st64", a: 1, b: 2, imm: -4));
        (toy[1], toy[2]) = (Pattern, Ram + 0x1000);
        toy.Run(1);
        Assert.Equal([0, 1], toy.Memory.DirtyPages);
        Assert.True(toy.Memory.TryRead(Ram + 0x1000, 4, out var high));
        Assert.Equal(Pattern >> 32, high);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, false)]
    [InlineData(8, false)]
    public void An_instruction_is_fetched_whole_or_faults(int beyond, bool runs)
    {
        using var toy = new Toy();
        Assert.True(toy.Memory.TryWrite(toy.End - 4, 4, Op("goto", a: 5)));
        (toy.Pc, toy[5]) = (toy.End - 4 + (ulong)beyond, Ram);
        toy[14] = Ram + 64;
        toy.Run(1);
        Assert.Equal(runs ? (0UL, 1UL) : (3UL, 0UL), (toy["reason"], toy.Cpu.Retired));
        if (!runs) Assert.Equal(toy.End - 4 + (ulong)beyond, toy["bad_address"]);
    }

    [Fact]
    public void A_crooked_pc_raises_at_the_fetch()
    {
        using var toy = new Toy(Op("addi", a: 1, imm: 1), Op("addi", a: 1, imm: 1));
        (toy.Pc, toy[14]) = (Ram + 2, Ram);
        toy.Run(1);
        Assert.Equal((6UL, Ram + 2, 0UL), (toy["reason"], toy["bad_address"], toy[1]));
    }

    [Fact]
    public void Code_that_the_guest_writes_is_executed_at_once()
    {
        using var toy = new Toy(
            Op("st32", a: 1, b: 2, imm: 4), Op("addi", a: 3, imm: 1), Op("goto", a: 2));
        (toy[1], toy[2]) = (Op("addi", a: 3, imm: 5), Ram);
        toy.Run(2);
        Assert.Equal(5UL, toy[3]);

        // The second time round the old word is in the decoder's memory, and another comes on top of it.
        toy[1] = Op("addi", a: 3, b: 3, imm: 7);
        toy.Run(3);
        Assert.Equal(12UL, toy[3]);
    }

    [Fact]
    public void Code_that_something_else_writes_is_executed_at_once()
    {
        using var toy = new Toy(Op("addi", a: 1, imm: 1), Op("goto", a: 2));
        toy[2] = Ram;
        toy.Run(2);
        Assert.True(toy.Memory.TryCopyIn(Ram, BitConverter.GetBytes(Op("addi", a: 1, imm: 9))));
        toy.Run(1);
        Assert.Equal(9UL, toy[1]);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 0x2000, true)]
    [InlineData(0, 0x2001, false)]
    [InlineData(0x1fff, 1, true)]
    [InlineData(0x1fff, 2, false)]
    [InlineData(0x2000, 0, false)]
    [InlineData(0, ulong.MaxValue, false)]
    [InlineData(1, ulong.MaxValue, false)]
    [InlineData(0x1fff, ulong.MaxValue - 0x1ffe, false)]
    [InlineData(-1, 1, false)]
    [InlineData(-1, ulong.MaxValue, false)]
    [InlineData(-0x40000, ulong.MaxValue, false)]
    public void Contains_is_exact(long offset, ulong length, bool expected)
    {
        using var memory = new GuestMemory(Ram, 0x2000);
        Assert.Equal(expected, memory.Contains(Ram + (ulong)offset, length));
    }

    [Fact]
    public void Ram_that_ends_with_the_address_space_is_whole()
    {
        using var memory = new GuestMemory(ulong.MaxValue - 0xfff, 0x1000);
        Assert.True(memory.TryWrite(ulong.MaxValue - 7, 8, Pattern));
        Assert.False(memory.TryWrite(ulong.MaxValue - 6, 8, Pattern));
        Assert.False(memory.Contains(0, 1));
    }

    [Fact]
    public void Copies_are_whole_or_nothing()
    {
        using var memory = new GuestMemory(Ram, 0x1000);
        var buffer = new byte[16];
        Assert.False(memory.TryCopyIn(Ram + 0x1000 - 15, [.. Enumerable.Repeat((byte)1, 16)]));
        Assert.False(memory.TryCopyOut(Ram - 1, buffer));
        Assert.True(memory.TryCopyOut(Ram + 0x1000 - 16, buffer));
        Assert.All(buffer, b => Assert.Equal(0, b));
        Assert.Empty(memory.DirtyPages);
    }

    [Fact]
    public void Memory_that_was_disposed_holds_nothing()
    {
        var memory = new GuestMemory(Ram, 0x1000);
        memory.Dispose();
        Assert.False(memory.TryRead(Ram, 1, out _));
        Assert.False(memory.TryWrite(Ram, 1, 0));
        memory.Dispose();
    }

    [Theory]
    [InlineData(1, 0x1000)]
    [InlineData(0, 0)]
    [InlineData(0, 0x1001)]
    [InlineData(0, (1UL << 40) + 0x1000)]
    [InlineData(0xffff_ffff_ffff_f000, 0x2000)]
    public void Ranges_that_are_no_RAM_are_refused(ulong start, ulong size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GuestMemory(start, size));

    private static void CheckAccess(Toy toy, ulong address, int bytes, bool inside)
    {
        Assert.True(toy.Memory.TryWrite(Ram, 4, Op($"st{bytes * 8}", a: 1, b: 2)));
        Assert.True(toy.Memory.TryWrite(Ram + 4, 4, Op($"ld{bytes * 8}", a: 3, b: 2)));
        (toy.Pc, toy[1], toy[2], toy[3], toy[14]) = (Ram, Pattern, address, 33, Ram + 4);
        var (before, retired) = (toy.State().Memory, toy.Cpu.Retired);
        if (address == Ram) before = ""; // the store hits its own code; what follows is not compared
        toy.Run(1);
        if (inside && address == Ram) return;
        if (inside)
        {
            toy.Run(1);
            Assert.Equal(Pattern & (ulong.MaxValue >> (64 - (8 * bytes))), toy[3]);
            Assert.Equal(retired + 2, toy.Cpu.Retired);
            return;
        }

        Assert.Equal((5UL, address), (toy["reason"], toy["bad_address"]));
        toy.Run(1);
        Assert.Equal((4UL, address, 33UL), (toy["reason"], toy["bad_address"], toy[3]));
        Assert.Equal((before, retired), (toy.State().Memory, toy.Cpu.Retired));
    }
}

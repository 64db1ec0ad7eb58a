using ShadowVm.Machine.Elf;

namespace ShadowVm.Machine.Tests;

public sealed class ElfSymbolsTests
{
    [Theory]
    [InlineData(32, false)]
    [InlineData(32, true)]
    [InlineData(64, false)]
    [InlineData(64, true)]
    public void An_address_is_found_in_the_symbol_that_it_belongs_to(int bits, bool bigEndian)
    {
        var symbols = ElfSymbols.Read(new ElfBuilder(bits, bigEndian)
            .Symbol("last", 0x300)
            .Symbol("main", 0x100, size: 0x10)
            .Symbol("loop", 0x200, type: 0)
            .Build());

        Assert.Equal(3, symbols.Count);
        Assert.Null(Find(symbols, 0xff));
        Assert.Equal("main+0", Find(symbols, 0x100));
        Assert.Equal("main+15", Find(symbols, 0x10f));
        Assert.Null(Find(symbols, 0x110)); // behind its end
        Assert.Equal("loop+255", Find(symbols, 0x2ff)); // no size: up to the next
        Assert.Equal("last+4096", Find(symbols, 0x1300));
    }

    [Fact]
    public void Functions_come_before_labels_and_then_the_first_in_the_file()
    {
        var symbols = ElfSymbols.Read(new ElfBuilder()
            .Symbol("label", 0x100, type: 0)
            .Symbol("first", 0x100)
            .Symbol("second", 0x100)
            .Build());
        Assert.Equal("first+0", Find(symbols, 0x100));
        Assert.Equal(1, symbols.Count);
    }

    [Fact]
    public void Other_symbols_are_left_out()
    {
        var symbols = ElfSymbols.Read(new ElfBuilder()
            .Symbol("object", 0x100, type: 1)
            .Symbol("undefined", 0x100, section: 0)
            .Symbol("absolute", 0x100, section: 0xfff1)
            .Symbol("$x", 0x100, type: 0)
            .Symbol(".L1", 0x100, type: 0)
            .Symbol("", 0x100)
            .Build());
        Assert.Equal(0, symbols.Count);
        Assert.Null(Find(symbols, 0x100));
    }

    [Fact]
    public void Names_are_cut_and_safe_to_print()
    {
        var symbols = ElfSymbols.Read(new ElfBuilder()
            .Symbol("a\u001b[2Jb\n", 0x100)
            .Symbol(new string('n', 1000), 0x200)
            .Build());
        Assert.Equal("a?[2Jb?+0", Find(symbols, 0x100));
        Assert.Equal(new string('n', 256) + "+0", Find(symbols, 0x200));
    }

    [Fact]
    public void Files_without_symbols_have_none()
    {
        Assert.Same(ElfSymbols.None, ElfSymbols.Read([]));
        Assert.Same(ElfSymbols.None, ElfSymbols.Read("text"u8));
        Assert.Same(ElfSymbols.None, ElfSymbols.Read(new ElfBuilder().Load(TestHost.RamStart, [1]).Build()));
    }

    private static string? Find(ElfSymbols symbols, ulong address) =>
        symbols.TryFind(address, out var name, out var offset) ? $"{name}+{offset}" : null;
}

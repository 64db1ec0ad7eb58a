using ShadowVm.Engine.Translation.Listing;
using ShadowVm.Isa;

namespace ShadowVm.Cli.Tests;

/// <summary>What the translator shows of its work.</summary>
public sealed class TranslationListingTests
{
    private const ulong Pc = 0x80000000;

    private static readonly IsaDefinition Isa = IsaDefinition.Load(new IsaLibrary().Open("riscv"));

    [Fact]
    public void A_block_ends_where_a_machines_would()
    {
        // addi a0, a0, 1; bne a0, a1, . - 4; add a2, a0, a1; ret
        var listing = TranslationListing.OfBlock(Isa, Pc + 16, Bytes(0x00150513, 0xfeb51ee3, 0x00b50633, 0x00008067));
        Assert.NotNull(listing);
        Assert.Equal(["addi", "bne"], listing.Instructions.Select(i => i.Definition!.Name)); // it loops
        Assert.Equal(Pc + 16, listing.Code.Pc);
        Assert.NotEqual(0, listing.Code.Entry);
        Assert.True(listing.Code.IlBytes > 0);
        Assert.Contains("// 80000010: addi\n", listing.Il, StringComparison.Ordinal);
        Assert.Contains("// slot of 80000018\n", listing.Il, StringComparison.Ordinal);
        Assert.Contains("slot of 80000018", listing.Names.Values);
        listing.Code.KeepAlive();
    }

    [Fact]
    public void The_same_code_gives_the_same_text()
    {
        var code = Bytes(0x00b50633, 0x00c52023, 0x00008067); // add a2, a0, a1; sw a2, 0(a0); ret
        var first = TranslationListing.OfBlock(Isa, Pc, code)!;
        var again = TranslationListing.OfBlock(Isa, Pc, code)!;
        Assert.Equal(first.Il, again.Il);
        Assert.NotEqual(first.Code.Entry, again.Code.Entry);
        Assert.Contains("// store watch\n", first.Il, StringComparison.Ordinal);
        Assert.Contains("// jump table\n", first.Il, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_reads_its_record_and_one_that_drops_its_result_is_shorter()
    {
        var add = TranslationListing.OfHandler(Isa, Isa.Decode(0x00b50633))!;
        var dropped = TranslationListing.OfHandler(Isa, Isa.Decode(0x00b50033))!;
        Assert.Contains("    ldarg record\n", add.Il, StringComparison.Ordinal);
        Assert.True(dropped.Code.IlBytes < add.Code.IlBytes);
    }

    [Fact]
    public void What_the_translator_does_not_take_gives_nothing()
    {
        Assert.Null(TranslationListing.OfBlock(Isa, Pc, []));
        Assert.Null(TranslationListing.OfBlock(Isa, Pc, [0x13]));
        Assert.Null(TranslationListing.OfBlock(Isa, Pc, Bytes(0x30200073))); // mret
        Assert.Null(TranslationListing.OfBlock(Isa, Pc, Bytes(0)));
        Assert.Null(TranslationListing.OfHandler(Isa, Isa.Decode(0x30200073)));
        Assert.Null(TranslationListing.OfHandler(Isa, Isa.Decode(0xffffffff)));
    }

    private static byte[] Bytes(params uint[] words) => [.. words.SelectMany(BitConverter.GetBytes)];
}

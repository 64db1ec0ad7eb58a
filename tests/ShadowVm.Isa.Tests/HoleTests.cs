namespace ShadowVm.Isa.Tests;

/// <summary>Words that no encoding claims.</summary>
public class HoleTests
{
    [Fact]
    public void Holes_are_the_largest_patterns()
    {
        var isa = Toy.Load("""
            user low 0------- a:8 ----------------  "low {a}"
            user high 11000000 ------------------------  "high"
            reserved documented 11000001 ------------------------
            """);
        var (holes, areAll) = isa.FindHoles();
        Assert.True(areAll);
        Assert.Equal(
            [
                "10-- ---- ---- ---- ---- ---- ---- ----", "1100 001- ---- ---- ---- ---- ---- ----",
                "1100 01-- ---- ---- ---- ---- ---- ----", "1100 1--- ---- ---- ---- ---- ---- ----",
                "1101 ---- ---- ---- ---- ---- ---- ----", "111- ---- ---- ---- ---- ---- ---- ----",
            ],
            holes.Select(hole => hole.ToString()));
        Assert.Equal(1UL << 30, holes[0].Words);
    }

    [Fact]
    public void Conditions_count_value_by_value()
    {
        var (holes, _) = Toy.Load("""
            user some a:4 ----------------------------  where a != 5 && a < 14  "some {a}"
            """).FindHoles();
        Assert.Equal(["0101", "111-"], holes.Select(hole => hole.ToString()[..4]));
    }

    [Theory]
    [InlineData("rv32imac_zicsr_zifencei")]
    [InlineData("rv64im_zicsr")]
    public void A_word_is_in_a_hole_where_it_encodes_nothing(string variant)
    {
        var isa = IsaDefinition.Load(Toy.Shipped("riscv"), variant);
        var (holes, areAll) = isa.FindHoles();
        Assert.True(areAll);
        var seed = 1u;
        for (var i = 0; i < 20_000; i++)
        {
            seed = (seed * 1664525) + 1013904223;
            // Half of the words are near something that is an instruction.
            var word = (i & 1) == 0 ? seed ^ (seed >> 13) : (seed & 0xfff0_7fff & ~(3u << 12)) | 3;
            var unit = isa.UnitBytes == 2 ? word & 0xffff : word;
            var bits = isa.LengthOf(unit) * 8;
            if (bits == 16) word = unit;
            var inHoles = holes.Count(hole => hole.Bits == bits && (word & hole.Mask) == hole.Value);
            var isReserved = isa.UnitBytes == 2 && word == 0;
            Assert.Equal(isa.Decode(word).Definition is null && !isReserved ? 1 : 0, inHoles);
        }
    }
}

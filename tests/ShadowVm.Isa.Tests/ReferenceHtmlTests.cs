using System.Xml;
using System.Xml.Linq;

namespace ShadowVm.Isa.Tests;

/// <summary>The page that <c>isa doc</c> writes.</summary>
public class ReferenceHtmlTests
{
    private const string Hostile = """
        ## </pre><script>alert(1)</script> "quoted" & 'more'
        user evil Three op=00000001  "evil</code><img src=x> {r a}, {r b}, {r c}"
            r[a] = r[b] < r[c] ? 1 : 0     # <b>comment</b> & "quotes"
        alias "worse<script> {r a}" = evil b=1 c=2
        test "<i>title</i>"
            r1 = 1 : evil a=1 b=0 c=1 : r1 = 1
        """;

    [Fact]
    public void The_page_is_well_formed_and_whole_whatever_the_definition_says()
    {
        foreach (var isa in new[] { Toy.Load(Hostile), IsaDefinition.Load(Toy.Shipped("riscv")) })
        {
            var page = isa.ToHtml();
            var root = Parse(page).Root!;
            var ids = root.Descendants().Attributes("id").Select(id => id.Value).ToArray();
            Assert.Equal(ids.Length, ids.Distinct().Count());
            foreach (var link in root.Descendants("a").Attributes("href"))
            {
                Assert.StartsWith("#", link.Value, StringComparison.Ordinal);
                Assert.Contains(link.Value[1..], ids);
            }

            // Nothing runs, nothing is fetched.
            Assert.Empty(root.Descendants("script"));
            Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName is "img" or "link" or "iframe" or "object");
            Assert.DoesNotContain(root.Descendants().Attributes(), a => a.Name.LocalName is "src" or "onclick" or "onload");
            Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
            var articles = root.Descendants("article").Attributes("id").Count(id => id.Value.StartsWith("i-", StringComparison.Ordinal));
            Assert.True(articles >= isa.Instructions.Count);
            Assert.Equal(page, isa.ToHtml());
        }
    }

    [Fact]
    public void Hostile_text_is_text()
    {
        var root = Parse(Toy.Load(Hostile).ToHtml()).Root!;
        var article = root.Descendants("article").Single(a => a.Attribute("id")?.Value == "i-0-evil");
        Assert.Contains("</pre><script>alert(1)</script> \"quoted\" & 'more'", article.Value, StringComparison.Ordinal);
        Assert.Contains("evil</code><img src=x> a, b, c", article.Value, StringComparison.Ordinal);
        Assert.Contains("# <b>comment</b> & \"quotes\"", article.Value, StringComparison.Ordinal);
        Assert.Contains("worse<script> a", article.Value, StringComparison.Ordinal);
        Assert.Contains("<i>title</i>", article.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoding_is_drawn_box_by_box()
    {
        var root = Parse(IsaDefinition.Load(Toy.Shipped("riscv")).ToHtml()).Root!;
        var article = root.Descendants("article").Single(a => a.Attribute("id")?.Value.EndsWith("-beq", StringComparison.Ordinal) == true);
        var picture = article.Elements("svg").Single();
        Assert.Equal("Encoding of beq", picture.Attribute("aria-label")!.Value);
        Assert.Equal(8, picture.Elements("rect").Count());
        Assert.Equal(
            ["imm[12]", "imm[10:5]", "rs2", "rs1", "imm[4:1]", "imm[11]"],
            picture.Elements("text").Where(t => t.Attribute("class")!.Value == "lab mid").Select(t => t.Value));
        var bits = picture.Elements("text").Where(t => t.Attribute("class")!.Value == "bit mid").Select(t => t.Value);
        Assert.Equal("0001100011", string.Concat(bits));
        Assert.Equal("if a == b { jump(pc + imm) }", article.Element("pre")!.Value.Split('\n')[^1]);
    }

    [Fact]
    public void Text_boxes_have_bit_numbers_and_labels()
    {
        var shown = IsaDefinition.Load(Toy.Shipped("riscv")).Describe("sw")!;
        Assert.Contains(
            """
             31       25 24   20 19   15 14   12 11       7 6       0
            ┌───────────┬───────┬───────┬───────┬──────────┬─────────┐
            │ imm[11:5] │  rs2  │  rs1  │  010  │ imm[4:0] │ 0100011 │
            └───────────┴───────┴───────┴───────┴──────────┴─────────┘

            """.ReplaceLineEndings("\n"),
            shown, StringComparison.Ordinal);
        Assert.Contains("also      c.swsp {x rs2}, {uimm}(sp)", shown, StringComparison.Ordinal);
        Assert.Contains("    store.32(x[rs1] + imm, x[rs2][32-1:0])\n", shown, StringComparison.Ordinal);
        // Said above the 'with' that the table of loads stands in.
        Assert.Contains("\n  Loads and stores.", IsaDefinition.Load(Toy.Shipped("riscv")).Describe("lw"), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_found_by_pattern_part_alias_and_nearness()
    {
        var isa = IsaDefinition.Load(Toy.Shipped("riscv"));
        Assert.Equal(["addw", "amoaddw"], isa.Search("a*dw").Append("amoaddw"));
        Assert.Equal(["mulh", "mulhsu", "mulhu"], isa.Search("mulh*"));
        Assert.Equal(["slt", "slti"], isa.Search("slt").Append("slti"));
        Assert.Equal(["addi"], isa.Search("mv"));
        Assert.Equal(["ecall"], isa.Search("ecal"));
        Assert.Contains("amoadd.w", isa.Search("AMOADD"));
        Assert.Empty(isa.Search("qqqqqq"));
    }

    [Fact]
    public void Test_files_are_read_like_test_blocks_and_skip_what_a_variant_lacks()
    {
        const string vectors = """
            language 1
            # by themselves
            x1 = 1  x2 = 2 : add rd=3 rs1=1 rs2=2 : x3 = 3
            x1 = 3  x2 = 5 : mul rd=3 rs1=1 rs2=2 : x3 = 15
            test "in a block" when xlen == 64
                x1 = 1 : addiw rd=3 rs1=1 imm=1 : x3 = 2
            """;
        var source = Toy.Shipped("riscv").WithVectors([("more.vectors", System.Text.Encoding.UTF8.GetBytes(vectors))]);
        Assert.Equal(Toy.Shipped("riscv").Hash, source.Hash);
        var before = IsaDefinition.Load(Toy.Shipped("riscv")).Tests.Count;
        Assert.Equal(before + 3, IsaDefinition.Load(source).Tests.Count);
        var last = IsaDefinition.Load(source).Tests[^1];
        Assert.Equal(("in a block", "more.vectors:6"), (last.Name, last.Place));
        Assert.DoesNotContain(IsaDefinition.Load(source, "rv32i").Tests, test => test.Place == "more.vectors:4");
        Assert.Empty(IsaDefinition.Check(source));
        var bad = source.WithVectors([("bad.vectors", "language 1\nx1 = 1 : adi rd=3 rs1=1 imm=1 : x3 = 2\n"u8.ToArray())]);
        var finding = Assert.Single(IsaDefinition.Check(bad));
        Assert.Equal("bad.vectors:2:10: error: There is no instruction 'adi'; did you mean 'addi'?", finding.ToString());
    }

    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }
}

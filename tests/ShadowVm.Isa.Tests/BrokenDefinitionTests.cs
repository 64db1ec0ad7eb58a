namespace ShadowVm.Isa.Tests;

public class BrokenDefinitionTests
{
    /// <summary>Each '«' stands right before the place that must be named; nothing else may be named.</summary>
    private const string Planted = """
        user «p1 00000001 a:4 b:4 c:4  "p1"
        user p2 00000010 «32 a:4 b:4 c:4 -------- ----  "p2"
        user p3 Three op=00000011  "p3"
            r[a] = r[b] + «rr[c]
        user p4 Three op=00000100  "p4"
            r[a] = «r[b][7:0]
        user p5 Three op=00000101  "p5"
            flags.level = «7
        user p6 Three op=00000110  "p6"
            «pc = r[b]
        user p7 Three op=00000111  "p7"
            let t = r[b]
            «t = r[c]
        user «p8 Three op=00001000  "p8"
            wait
        user p9 Three op=00001001  "p9"
        user «p9 Three op=00001010  "p9"
        «regster extra : 8
        user p12 Three op=00001100  "p12"
            raise «badd(r[b])
        procedure loop() -> 8
            return «loop()
        procedure «half(x : 8) -> 8
            if x == 0 { return 1 }
        user p15 Three op=00001111  "p15"
            flags.z = r[b]«[64:64]
        user p17 Three op=00010001  "p17"
            plain.«low = 1
        hook «tick()
            enter 0
        «lanes p20 = p3
        user p21 00010101 «imm[7:4] imm[1:0] a:4 -------- ------  "p21"
        user p22 00010110 a:4 «a:4 b:4 -------- ----  "p22"
        user p23 Three op=00010111  "p23"
            store.32(r[a], r[b][31:0])
            «raise bad
        each name  code
           «| p24  0x18  1
        user $name Three op=$code  "p24"
        choice mood
            | 00 "glad"
            «| 111 "sad"
        space cr[n : 4] : size
            absent raise bad
        control one at cr 3 : size
        control two at cr «3 : size
            legal «hgh in { 1 } else old
        alias "p28" = «p28x a=1
        test "p29"
            «q1 = 5 : p3 a=1 b=1 c=1 : r1 = 5
        user «p30 Three op=00011110  "p30 {r d}"
        user p31 Three op=00011111  where «r[1] == 0  "p31"
        user p32 Three op=00100000  "p32"
            r[c] = «clmul(r[a], r[b])
        user p33 Three op=00100001  "p33"
            for i in «0..100 { flags.z = 1 }
        function bump(x : 8) -> 8 = x + «level
        user p35 Three op=00100011  "p35"
            flags.c = «r[a]
        user «p36 Three op=00000011  "p36"
            r[a] = 1
        """;

    [Fact]
    public void Every_planted_mistake_is_named_with_its_own_line_and_column_in_one_pass()
    {
        var clean = Planted.Replace("«", "", StringComparison.Ordinal);
        var expected = Places(Toy.Head, Planted);
        var found = new List<string>();
        foreach (var finding in Toy.Check(clean))
        {
            if (finding.IsError)
                found.Add($"{finding.Line}:{finding.Column}");
        }

        Assert.True(expected.Count >= 30);
        Assert.True(expected.SequenceEqual(found), string.Join('\n', Toy.Check(clean)));
    }

    [Fact]
    public void Unknown_names_come_with_a_suggestion()
    {
        var finding = Toy.Finding("user p3 Three op=00000011  \"p3\"\n    flags.levl = 1\n");
        Assert.Equal("did you mean 'level'?", finding.Hint);
    }

    [Fact]
    public void A_table_error_points_into_the_row()
    {
        var finding = Toy.Finding("""
            each name  code      value
               | one   00000001  r[b]
               | two   00000010  r[b] + flagz.c
            user $name Three op=$code  "$name"
                r[a] = $value
            """);
        Assert.Equal(Toy.Head.Count(c => c == '\n') + 3, finding.Line);
        Assert.Equal(29, finding.Column);
    }

    internal static List<string> Places(string head, string text)
    {
        var line = head.Count(c => c == '\n') + 1;
        var column = 1;
        var places = new List<string>();
        foreach (var c in text)
        {
            if (c == '«')
            {
                places.Add($"{line}:{column}");
                continue;
            }

            column++;
            if (c != '\n')
                continue;
            line++;
            column = 1;
        }

        return places;
    }
}

namespace ShadowVm.Isa.Tests;

/// <summary>What <see cref="IsaDefinition.Check"/> finds besides what can't be read: reach, use, classes.</summary>
public class FindingTests
{
    /// <summary>
    /// More than twenty slips of different kinds in one text. Each '«' stands right before the place that is named; the sentence for
    /// it stands in the same order below.
    /// </summary>
    private const string Mistakes = """
        user «short1 00000001 a:4 b:4 c:4  "short1"
        user wide2 Three op=«0001  "wide2 {r a} {r b} {r c}"
        user typo3 Three op=00000011  "typo3 {r a} {r b} {r c}"
            r[a] = r[b] + «flagz.c
        user width4 Three op=00000100  "width4 {r a} {r b} {r c}"
            r[a] = «r[b][7:0]
        user literal5 Three op=00000101  "literal5 {r a} {r b} {r c}"
            flags.level = «9
        user pc6 Three op=00000110  "pc6 {r a} {r b} {r c}"
            «pc = r[b]
        user «kernel7 Three op=00000111  "kernel7 {r a} {r b} {r c}"
            wait
        user twice8 Three op=00001000  "twice8 {r a} {r b} {r c}"
        user «twice8 Three op=00001001  "twice8 {r a} {r b} {r c}"
        «classless10 Three op=00001010  "classless10"
        user cause11 Three op=00001011  "cause11 {r a} {r b} {r c}"
            raise «wors
        user store12 Three op=00001100  "store12 {r a} {r b} {r c}"
            store.32(r[a], 1)
            «raise bad
        user both13 Three op=00001101  "both13 {r a} {r b} {r c}"
        user «same13 Three op=00001101  "same13 {r a} {r b} {r c}"
        user «never14 Three op=00001110  where a > 15  "never14 {r a} {r b} {r c}"
        user below15 Three op=00001111  "below15 {r a} {r b} {r c}"
        user over16 Three op=00010000  over «belo15  "over16 {r a} {r b} {r c}"
        procedure again17() -> 8
            return «again17()
        user «text18 Three op=00010010  "text18 {q a} {r b} {r c}"
        alias "mov" = «moov a=1
        register empty20 : «0
        enum large21 : 2 { small=3 large=«4 }
        user hole22 00010110 «imm[7:4] imm[1:0] a:4 b:4 c:4 ------  "hole22 {imm} {r a} {r b} {r c}"
        test "23"
            r1 = 5 : typo3 a=1 b=1 c=«16 : r1 = 5
        """;

    private static readonly string[] Sentences =
    [
        "The pattern of 'short1' has 20 bits; instructions have a multiple of 32, at most 32",
        "'0001' has 4 bits, the field has 8",
        "Nothing here is called 'flagz'; did you mean 'flags'?",
        "'r[b][7:0]' is 8 bits wide where 32 bits are wanted; extend it with zx(...) or sx(...)",
        "9 does not fit 2 bits",
        "'pc' can't be written; use 'goto' or 'enter'",
        "The user instruction 'kernel7' waits, flushes, enters or changes a control register that has effects ('wait'); make it "
            + "'kernel', and refine it with 'class user where FIELDS' if some words are harmless",
        "There is an instruction 'twice8' already",
        "The instruction 'classless10' has no class; write 'user classless10 ...', or 'kernel' or 'drain'",
        "No 'enum' declares the cause 'wors'; did you mean 'worse'?",
        "This raises when a store is already done; put it first, or probe.store.WIDTH(address)",
        "'both13' and 'same13' both match 0x0d000000 (same13 r0 r0 r0); say 'over both13' in 'same13', or narrow one with 'where'",
        "No word is 'never14': its condition never holds; correct 'where'",
        "There is no instruction 'belo15'; did you mean 'below15'?",
        "'again17' calls itself; recursion isn't allowed: use 'for' with constant bounds",
        "In the template's {q a}: 'q' is no register file, space or choice",
        "There is no instruction 'moov'",
        "The width 0 is outside 1 to 128",
        "4 does not fit 2 bits",
        "No piece of 'imm' holds bit 2; only bits at the bottom may be missing: they are zero",
        "'16' does not fit the field 'c' of 'typo3'",
    ];

    [Fact]
    public void Twenty_mistakes_are_told_in_one_pass_each_in_its_own_words()
    {
        var findings = Toy.CheckAll(Mistakes.Replace("«", "", StringComparison.Ordinal));
        var told = findings.Select(f => f.Message + (f.Hint is null ? "" : "; " + f.Hint)).ToArray();
        Assert.Equal(Sentences, told);
        Assert.Equal(BrokenDefinitionTests.Places(Toy.Head, Mistakes), findings.Select(f => $"{f.Line}:{f.Column}"));
        Assert.True(told.Distinct().Count() > 20);
    }

    [Theory]
    [InlineData(
        "user one 00000001 a:4 b:4 c:4 ------------  \"one {r a}, {r b}\"\n    r[a] = r[b]\n",
        "The field 'c' of 'one' is used nowhere", "write '----' where the hardware ignores the bits")]
    [InlineData(
        "user one Three op=00000001  \"one {r a}, {r b}\"\n    r[a] = r[b]\n",
        "The field 'c' of 'one' is used nowhere", "write c=0000, or name it in the syntax")]
    [InlineData("format Four op:8 a:24\n", "Nothing uses the format 'Four'", "remove it")]
    [InlineData("choice mood\n    | 0 \"glad\"\n    | 1 \"sad\"\n", "Nothing uses the choice 'mood'", "remove it")]
    [InlineData("view half[i : 4] : 16\n    read r[i][15:0]\n", "Nothing uses the view 'half'", "remove it")]
    [InlineData("procedure rest()\n    flags.z = 1\n", "Nothing uses the procedure 'rest'", "remove it")]
    public void What_nothing_uses_is_a_warning(string text, string message, string hint)
    {
        var finding = Finding(text);
        Assert.Equal((false, message, hint), (finding.IsError, finding.Message, finding.Hint));
    }

    [Theory]
    [InlineData("user one Three op=00000001  \"one {r a}, {r b}, {r c}\"\n")]
    [InlineData("user one Three op=00000001  where c != 3  \"one {r a}, {r b}\"\n")]
    [InlineData("user one Three op=00000001  \"one {r a}, {r b}\"\n    r[a] = r[c]\n")]
    [InlineData("user one Three op=00000001  \"one {r a}, {r b}\"\nalias \"two {r a}, {r b}\" = one c=1\n")]
    [InlineData("each name  from\n   | one   r[c]\nuser $name Three op=00000001  \"$name {r a}, {r b}\"\n    r[a] = $from\n")]
    public void A_field_is_used_by_text_condition_body_alias_or_table(string text) => Assert.Empty(Toy.CheckAll(text));

    private static Diagnostic Finding(string text) => Assert.Single(Toy.CheckAll(text));

    [Fact]
    public void An_encoding_that_another_takes_all_words_of_is_unreachable()
    {
        var finding = Finding("""
            user wide Three op=00000001  "wide {r a}, {r b}, {r c}"
            user all Three op=00000001  over wide  "all {r a}, {r b}, {r c}"
            """);
        Assert.True(finding.IsError);
        Assert.Equal("No word reaches 'wide': 0x01000000 and all others are 'all', which is over it", finding.Message);
        Assert.Contains("No word reaches 'wide'", Finding("""
            user wide Three op=00000001  where a in { 2 5 }  "wide {r a}, {r b}, {r c}"
            user two Three op=00000001 a=0010  over wide  "two {r b}, {r c}"
            user five Three op=00000001 a=0101  over wide  "five {r b}, {r c}"
            """).Message, StringComparison.Ordinal);
        Assert.Empty(Toy.CheckAll("""
            user wide Three op=00000001  where a in { 2 5 6 }  "wide {r a}, {r b}, {r c}"
            user two Three op=00000001 a=0010  over wide  "two {r b}, {r c}"
            user five Three op=00000001 a=0101  over wide  "five {r b}, {r c}"
            """));
    }

    [Fact]
    public void An_instruction_without_its_class_is_told_in_a_table_too()
    {
        var finding = Finding("""
            with Three
                each name  op
                   | add   0x01
                $name op=$op  "$name {r a}, {r b}, {r c}"
            """);
        Assert.Contains("has no class", finding.Message, StringComparison.Ordinal);
        Assert.Equal(Toy.Head.Count(c => c == '\n') + 4, finding.Line);
    }

    [Theory]
    [InlineData("    elf class 32 machine 9999 data little\n", 9999, true)]
    [InlineData("    elf class 32 machine 9999 data little\n", 999, false)]
    [InlineData("    elf machine 9999", 9999, true)]
    [InlineData("    elf class 32 machine 0x270f data little\n", 1, false)]
    [InlineData("    elf class 32 machine 0x270f data little\n", 9999, true)]
    [InlineData("    elf class 32 machine 0x270g data little\n", 1, true)]
    [InlineData("    elf class 32 machine order ? 1 : 2\n", 7, true)]
    [InlineData("# self class 32 machine 7\n    elf machine 8\n", 7, false)]
    [InlineData("abi bare\n", 7, false)]
    public void A_glance_tells_which_definitions_are_for_other_machines(string text, int machine, bool expected) =>
        Assert.Equal(expected, new IsaSource("toy", [("toy.isa", System.Text.Encoding.UTF8.GetBytes(text))]).MayBeForElf(machine));
}

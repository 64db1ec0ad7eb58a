using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa.Tests;

public class LanguageRuleTests
{
    [Fact]
    public void The_frame_of_these_tests_is_without_findings() => Assert.Empty(Toy.Check(""));

    [Fact]
    public void Reading_a_register_after_writing_it_warns_of_the_old_value()
    {
        var finding = Toy.Finding("""
            user swap Three op=00000001  "swap"
                r[1] = r[2]
                r[2] = r[1]
            """);
        Assert.False(finding.IsError);
        Assert.Contains("this is the old value", finding.Message, StringComparison.Ordinal);
        Assert.Equal(Toy.Head.Count(c => c == '\n') + 3, finding.Line);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("drain")]
    public void Only_kernel_instructions_wait_flush_and_enter(string word)
    {
        foreach (var body in new[] { "wait", "flush code", "flush translations", "enter r[1]" })
        {
            var finding = Toy.Finding($"{word} one Three op=00000001  \"one\"\n    {body}\n");
            Assert.Contains($"The {word} instruction 'one'", finding.Message, StringComparison.Ordinal);
            Assert.Empty(Toy.Check($"kernel one Three op=00000001  \"one\"\n    {body}\n"));
        }
    }

    [Fact]
    public void A_user_instruction_may_not_write_a_control_that_has_effects()
    {
        const string space = """
            space cr[n : 4] : size
                absent raise bad
            control tables at cr 1 : size
                on write { flush translations }
            control scratch at cr 2 : size

            """;
        Assert.Contains(
            "a control register that has effects",
            Toy.Finding(space + "user one Three op=00000001  \"one\"\n    tables = r[b]\n").Message,
            StringComparison.Ordinal);
        Assert.Empty(Toy.Check(space + "user one Three op=00000001  \"one\"\n    scratch = r[b]\n"));
    }

    [Fact]
    public void A_class_is_refined_by_fields_only_where_the_controls_are_harmless()
    {
        const string text = """
            space cr[n : 4] : size
                absent raise bad
            control counter at cr 1 : size
            control guarded at cr 2 : size
                access flags.z else plain = 1
            control watched at cr 3 : size
                on write { plain = 2 }
            control ruled at cr 4 : size
                access flags.z else raise bad
            kernel get Three op=00000001  "get"
                class user where c in { LIST }
                r[a] = cr.read(c)
            """;
        var good = Toy.Load(text.Replace("LIST", "1", StringComparison.Ordinal));
        var word = good.Encode("get", ("a", 1), ("b", 0), ("c", 1));
        Assert.Equal(InstructionClass.User, good.Decode(word).Class);
        Assert.Equal(InstructionClass.Kernel, good.Decode(word + (1 << 12)).Class);
        Assert.Empty(Toy.Check(text.Replace("LIST", "1 4 5", StringComparison.Ordinal)));
        foreach (var list in new[] { "1 2", "3" })
        {
            Assert.Contains(
                "harmless",
                Toy.Finding(text.Replace("LIST", list, StringComparison.Ordinal)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_encodings_that_share_a_word_are_an_error_that_shows_it()
    {
        const string text = """
            user wide Three op=00000001  "wide {r a}"
            user narrow 00000001 0001 b:4 c:4 -------- ----OVER  "narrow {r b}"
            """;
        var finding = Toy.Finding(text.Replace("OVER", "", StringComparison.Ordinal));
        Assert.Equal("'wide' and 'narrow' both match 0x01100000 (narrow r0)", finding.Message);
        Assert.Contains("over wide", finding.Hint, StringComparison.Ordinal);

        var over = text.Replace("OVER", " over wide", StringComparison.Ordinal);
        Assert.Empty(Toy.Check(over));
        var definition = Toy.Load(over);
        Assert.Equal("narrow", definition.Decode(0x01100000).Definition!.Name);
        Assert.Equal("wide", definition.Decode(0x01200000).Definition!.Name);
    }

    [Fact]
    public void A_condition_parts_encodings_and_over_must_lie_within()
    {
        Assert.Empty(Toy.Check("""
            user low Three op=00000001  where a < 8  "low"
            user high Three op=00000001  where a >= 8  "high"
            """));
        Assert.Contains("both match 0x01700000", Toy.Finding("""
            user low Three op=00000001  where a < 8  "low"
            user high Three op=00000001  where a >= 7  "high"
            """).Message, StringComparison.Ordinal);
        Assert.Contains("is not within", Toy.Finding("""
            user low Three op=00000001  where a < 8  "low"
            user high Three op=00000001  where a >= 7 over low  "high"
            """).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ignored_bits_match_whatever_they_are_and_zeros_do_not()
    {
        var definition = Toy.Load("user one 00000001 ---- 0000 -------- --------  \"one\"\n");
        Assert.Equal("one", definition.Decode(0x01f0ffff).Definition!.Name);
        Assert.Null(definition.Decode(0x01010000).Definition);
    }

    [Fact]
    public void Scattered_immediates_and_missing_low_bits_come_together()
    {
        var definition = Toy.Load("user one 00000001 imm[8] imm[3:1] imm[7:4] -------- --------  \"one {imm}\"\n");
        foreach (var value in new long[] { 0, 2, -2, 254, -256, 126, -128 })
        {
            var decoded = definition.Decode(definition.Encode("one", ("imm", value)));
            Assert.Equal(value, decoded.Operands[0]);
            Assert.Equal($"one {value}", definition.Disassemble(decoded, 0));
        }

        Assert.Throws<ArgumentException>(() => definition.Encode("one", ("imm", 1)));
        Assert.Throws<ArgumentException>(() => definition.Encode("one", ("imm", 256)));
        Assert.Throws<ArgumentException>(() => definition.Encode("one"));
        Assert.Throws<ArgumentException>(() => definition.Encode("one", ("imn", 2)));
        Assert.Throws<ArgumentException>(() => definition.Encode("two"));
    }

    [Fact]
    public void Fields_of_a_split_register_are_slots_of_their_own_and_the_whole_is_packed()
    {
        var definition = Toy.Load("""
            user pack Three op=00000001  "pack"
                r[a] = zx(flags)
            user set Three op=00000010  "set"
                flags.level = 0b10
            """);
        Assert.Equal(
            ["pc", "r", "flags.z", "flags.c", "flags.level", "plain"], definition.Registers.Select(r => r.Name));
        Assert.Equal(20, definition.SlotCount - 1);
        var set = definition.Instructions[1].Body;
        Assert.Equal(Op.SetRegister, set.Op);
        Assert.Equal(definition.Registers[4].FirstSlot, set.Index);
        Assert.Contains("Concat", definition.Describe("pack"), StringComparison.Ordinal);
    }

    [Fact]
    public void On_write_waits_for_the_commit_and_may_not_raise()
    {
        const string text = """
            space cr[n : 4] : size
                absent raise bad
            control tables at cr 1 : size
                on write { WHAT }
            kernel put Three op=00000001  "put"
                cr.write(c, r[b])
            """;
        var definition = Toy.Load(text.Replace("WHAT", "flush translations", StringComparison.Ordinal));
        var write = definition.Functions.Single(f => f.Name == "cr.write");
        Assert.Contains("AfterCommit\n", IrPrinter.Print(write.Body, definition), StringComparison.Ordinal);
        var finding = Toy.Finding(text.Replace("WHAT", "raise bad", StringComparison.Ordinal));
        Assert.Contains("may raise", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_literal_takes_the_width_of_the_other_side_and_nothing_else_is_widened()
    {
        Assert.Empty(Toy.Check("user one Three op=00000001  \"one\"\n    r[a] = r[b] + 1\n"));
        Assert.Empty(Toy.Check("user one 00000001 imm[15:0] b:4 ----  \"one\"\n    r[b] = pc + 4 + (imm << 2)\n"));
        Assert.Contains(
            "both sides must be equal",
            Toy.Finding("user one Three op=00000001  \"one\"\n    let s = flags.level + plain\n").Hint,
            StringComparison.Ordinal);
        Assert.Contains(
            "does not fit 2 bits",
            Toy.Finding("user one Three op=00000001  \"one\"\n    flags.level = 4\n").Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store.32(r[a], 1); store.32(r[b], 1)", "A second store may fault")]
    [InlineData("store.32(r[a], 1); raise bad", "This raises")]
    [InlineData("store.32(r[a], 1); r[c] = zx(load.8(r[b]))", "A load may fault")]
    [InlineData("store.32(r[a], 1); check(r[b])", "This call may raise")]
    [InlineData("put(r[a]); put(r[b])", "This call may raise")]
    [InlineData("for i in 0..3 { store.8(r[a], 1) }", "A store in a loop")]
    [InlineData("if flags.z { store.32(r[a], 1) }; store.32(r[b], 1)", "A second store may fault")]
    [InlineData("if flags.z { store.32(r[a], 1) } else { store.32(r[b], 1) }", null)]
    [InlineData("match flags.z { 0 => store.32(r[a], 1) else => store.32(r[b], 1) }", null)]
    [InlineData("probe.store.32(r[b]); store.32(r[a], 1); store.32(r[b], 1)", null)]
    [InlineData("check(r[b]); store.32(r[a], 1)", null)]
    public void Nothing_may_leave_an_instruction_behind_its_first_store(string body, string? expected)
    {
        var findings = Toy.Check($"""
            procedure check(value : size)
                require value != 0 else raise bad
            procedure put(address : size)
                store.32(address, 0)
            user one Three op=00000001  "one"
                {body}

            """);
        if (expected is null)
            Assert.Empty(findings);
        else
            Assert.StartsWith(expected, Assert.Single(findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoding_conditions_may_not_look_at_state()
    {
        var finding = Toy.Finding("user one Three op=00000001  where flags.z == 0  \"one\"\n");
        Assert.Contains("Decoding looks at nothing but the word", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delay 2", "A branch has no delay slot or one, not '2'")]
    [InlineData("nullify flags.z", "'nullify' is not carried out by this version of the language")]
    public void What_this_version_does_not_carry_out_is_refused(string clause, string named)
    {
        var head = Toy.Head.Replace("    unit 32\n", $"    unit 32\n    {clause}\n", StringComparison.Ordinal);
        var source = new IsaSource("toy", [("toy.isa", System.Text.Encoding.UTF8.GetBytes(head))]);
        var finding = Assert.Single(IsaDefinition.Check(source));
        Assert.Contains(named, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lanes 4")]
    [InlineData("hook deadline() -> 64\n    return none")]
    [InlineData("user n Three op=00000001  \"n\"\n    r[a] = f16.add(r[b], r[c])")]
    public void Reserved_words_are_refused_not_misread(string text) => Assert.Contains(
        "not carried out by this version of the language", Toy.Finding(text + "\n").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("nullify r[1] == 0")]
    [InlineData("forbid slot")]
    public void What_is_for_delay_slots_is_refused_without_them(string statement) => Assert.Contains(
        "is for instruction sets with delay slots",
        Toy.Finding($"user n Three op=00000001  \"n\"\n    {statement}\n").Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_hook_does_not_go_behind_a_slot()
    {
        var slow = Toy.Head.Replace("    unit 32\n", "    unit 32\n    delay 1\n", StringComparison.Ordinal);
        var head = slow.Replace("enter ", "goto ", StringComparison.Ordinal);
        var source = new IsaSource("toy", [("toy.isa", System.Text.Encoding.UTF8.GetBytes(head))]);
        Assert.Contains(IsaDefinition.Check(source), finding => finding.Message.Contains("A hook is no branch", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_language_version_is_refused()
    {
        var text = Toy.Head.Replace("language 1", "language 2", StringComparison.Ordinal);
        var source = new IsaSource("toy", [("toy.isa", System.Text.Encoding.UTF8.GetBytes(text))]);
        var finding = Assert.Single(IsaDefinition.Check(source));
        Assert.Equal((1, 10), (finding.Line, finding.Column));
    }

    [Fact]
    public void Choices_print_and_narrow()
    {
        var definition = Toy.Load("""
            choice mood
                | 00 ""
                | 01 ".glad"
                | 10 ".sad" default
            user one 00000001 mood ------ -------- --------  "one{mood}[ {mood}]"
            """);
        Assert.Equal("one.glad .glad", definition.Disassemble(definition.Decode(0x01400000), 0));
        Assert.Equal("one.sad", definition.Disassemble(definition.Decode(0x01800000), 0));
        Assert.Null(definition.Decode(0x01c00000).Definition);
    }

    [Fact]
    public void Bodies_are_looked_at_when_used_and_all_of_them_by_the_check()
    {
        var definition = Toy.Load("user one Three op=00000001  \"one\"\n    r[a] = nothing\n");
        var error = Assert.Throws<IsaException>(() => definition.Instructions[0].Body);
        Assert.Contains("'nothing'", error.Message, StringComparison.Ordinal);
    }
}

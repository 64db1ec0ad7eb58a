using System.Text;
using System.Text.RegularExpressions;
using ShadowVm.Isa.Loading;
using ShadowVm.Isa.Lowering;

namespace ShadowVm.Isa.Tests;

/// <summary>The reference of the language, isa/README.md: its examples load, and nothing is left out.</summary>
public class ReferencePageTests
{
    private const string Page = "isa/README.md";

    private static readonly List<Box> All = Pages.Boxes(Page);

    private static readonly Box Frame = All.Single(box => box is { Kind: "isa", About: "frame" });

    public static TheoryData<int> Lines()
    {
        var data = new TheoryData<int>();
        foreach (var box in Examples()) data.Add(box.Line);
        return data;
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void An_example_has_no_findings_and_loads(int line)
    {
        var source = Source(All.Single(box => box.Line == line));
        var frame = Frame.Text.Count(c => c == '\n');
        // An example doesn't use all of the frame.
        var findings = IsaDefinition.Check(source)
            .Where(f => f.IsError || f.Line > frame || !f.Message.StartsWith("Nothing uses ", StringComparison.Ordinal)).ToArray();
        Assert.True(findings.Length == 0, $"{Page}:{line}:\n{string.Join('\n', findings)}");
        foreach (var instruction in IsaDefinition.Load(source).Instructions) Assert.NotNull(instruction.Body);
    }

    [Fact]
    public void There_are_examples() => Assert.InRange(Examples().Count(), 20, 500);

    [Fact]
    public void Every_keyword_stands_in_the_grammar_and_begins_a_declaration_of_a_box()
    {
        var grammar = All.Single(box => box.Kind == "ebnf").Text;
        var boxes = string.Concat(All.Where(box => box.Kind == "isa").Select(box => box.Text));
        Assert.DoesNotContain(Loader.Keywords, word => !grammar.Contains($"\"{word}\"", StringComparison.Ordinal));
        Assert.DoesNotContain(Loader.Keywords, word => !Regex.IsMatch(boxes, $@"^ *{word}\b", RegexOptions.Multiline));
    }

    [Fact]
    public void Every_built_in_name_stands_in_a_box()
    {
        var boxes = string.Concat(All.Where(box => box.Kind is "isa" or "body").Select(box => box.Text));
        Assert.DoesNotContain(BuiltIns.Names, name => !Regex.IsMatch(boxes, $@"\b{name}\b"));
    }

    private static IEnumerable<Box> Examples() => All.Where(
        box => box.Kind == "body" || (box.Kind == "isa" && !box.About.EndsWith(".isa", StringComparison.Ordinal)));

    /// <summary>The frame with the example behind it, and the files that stand in boxes of their own before it.</summary>
    private static IsaSource Source(Box example)
    {
        var text = Frame.Text;
        if (example.Kind == "body")
        {
            text += "user example  Three op=0x01  \"example {r a}, {r b}, {r c}\"\n"
                + string.Concat(example.Text.Split('\n').Select(line => $"    {line}\n"));
        }
        else if (example != Frame)
        {
            text = example.About == "whole" ? example.Text : text + example.Text;
        }

        var files = new List<(string, byte[])> { ("frame.isa", Encoding.UTF8.GetBytes(text)) };
        for (var i = All.IndexOf(example) - 1; i >= 0 && All[i].About.EndsWith(".isa", StringComparison.Ordinal); i--)
            files.Add((All[i].About, Encoding.UTF8.GetBytes(All[i].Text)));
        return new IsaSource("frame", files);
    }
}

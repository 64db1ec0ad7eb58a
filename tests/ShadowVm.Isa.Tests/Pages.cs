using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ShadowVm.Isa.Tests;

/// <summary>A box of a page: what stands behind the three backquotes, and the text within.</summary>
/// <param name="Kind">First word behind the backquotes.</param>
/// <param name="About">What follows it there.</param>
/// <param name="Line">Line of the first line within, from 1.</param>
/// <param name="Text">The text, with its last line feed.</param>
internal sealed record Box(string Kind, string About, int Line, string Text);

/// <summary>Documents of the repository, and the boxes in them.</summary>
internal static partial class Pages
{
    public static string PathOf(string name) => Path.Combine(Root(), name);

    public static List<Box> Boxes(string name)
    {
        var text = File.ReadAllText(PathOf(name)).ReplaceLineEndings("\n");
        var boxes = new List<Box>();
        foreach (Match match in Fence().Matches(text))
        {
            var line = text.AsSpan(0, match.Groups[3].Index).Count('\n') + 1;
            boxes.Add(new Box(match.Groups[1].Value, match.Groups[2].Value.Trim(), line, match.Groups[3].Value));
        }

        return boxes;
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("^```(\\w+)([^\n]*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

using System.Text.RegularExpressions;

namespace ShadowVm.Tidy;

/// <summary>What documents point at is there.</summary>
public partial class DocumentTests
{
    [Fact]
    public void Links_to_files_lead_somewhere()
    {
        var broken = new List<string>();
        foreach (var path in Repository.Files(".", "*.md"))
        {
            var folder = Path.GetDirectoryName(Repository.PathOf(path))!;
            broken.AddRange(
                from Match link in Link().Matches(File.ReadAllText(Repository.PathOf(path)))
                let target = link.Groups[1].Value.Split('#')[0]
                where target.Length != 0 && !target.Contains("://")
                where !Path.Exists(Path.Combine(folder, target))
                select $"{path}: {target}");
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void Paths_in_the_page_of_nondeterminism_exist()
    {
        var text = File.ReadAllText(Repository.PathOf("docs/determinism.md"));
        var paths = SourcePath().Matches(text).Select(match => match.Value).Distinct().ToArray();
        Assert.True(paths.Length > 15);
        Assert.DoesNotContain(paths, path => !Path.Exists(Repository.PathOf(path)));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(src|tests)/ShadowVm\.[\w/.]*\w")]
    private static partial Regex SourcePath();
}

using System.Xml.Linq;

namespace ShadowVm.Tidy;

/// <summary>References follow the data, lowest first; the hot path is at the bottom and knows nobody above it.</summary>
public class ReferencesTests
{
    // The table of allowed references. A new arrow is a decision about the house: make it here, in a change of its own.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ShadowVm.Events"] = [],
        ["ShadowVm.Isa"] = [],
        ["ShadowVm.Engine"] = ["ShadowVm.Events", "ShadowVm.Isa"],
        ["ShadowVm.Machine"] = ["ShadowVm.Engine"],
        ["ShadowVm.Vmm"] = ["ShadowVm.Machine"],
        ["ShadowVm.Replication"] = ["ShadowVm.Events"],
        ["ShadowVm.Simulation"] = ["ShadowVm.Vmm", "ShadowVm.Replication"],
        ["ShadowVm.Host"] = ["ShadowVm.Vmm", "ShadowVm.Replication"],
        ["ShadowVm.Cli"] = ["ShadowVm.Host", "ShadowVm.Simulation"],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["ShadowVm.Events"] = [],
        ["ShadowVm.Isa"] = ["System.IO.Hashing"],
        ["ShadowVm.Engine"] = [],
        ["ShadowVm.Machine"] = ["System.IO.Hashing"],
        ["ShadowVm.Vmm"] = ["System.IO.Hashing"],
        ["ShadowVm.Replication"] = ["System.IO.Hashing"],
        ["ShadowVm.Simulation"] = [],
        ["ShadowVm.Host"] = [],
        ["ShadowVm.Cli"] = ["Iced", "Spectre.Console", "System.CommandLine"],
    };

    [Fact]
    public void Every_assembly_of_the_product_stands_in_the_table()
    {
        var found = Repository.Files("src", "*.csproj").Select(path => Path.GetFileNameWithoutExtension(path)!);
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Assemblies_reference_only_what_the_table_allows()
    {
        foreach (var path in Repository.Files("src", "*.csproj"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var project = XDocument.Load(Repository.PathOf(path));
            Assert.Equal(Allowed[name].Order(), Names(project, "ProjectReference").Order());
            Assert.Equal(AllowedPackages[name].Order(), Names(project, "PackageReference").Order());
        }
    }

    [Fact]
    public void Versions_stand_only_in_the_central_file()
    {
        foreach (var path in Repository.Files(".", "*.csproj"))
        {
            var project = XDocument.Load(Repository.PathOf(path));
            Assert.DoesNotContain(project.Descendants("PackageReference"), r => r.Attribute("Version") is not null);
        }
    }

    [Fact]
    public void Unsafe_code_is_allowed_only_in_the_engine()
    {
        var allowing = Repository.Files(".", "*.csproj")
            .Where(path => File.ReadAllText(Repository.PathOf(path)).Contains("AllowUnsafeBlocks"))
            .Select(path => Path.GetFileNameWithoutExtension(path));
        Assert.Equal(["ShadowVm.Engine"], allowing);
    }

    private static IEnumerable<string> Names(XDocument project, string element)
    {
        var included = project.Descendants(element).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));
        return element == "ProjectReference" ? included.Select(p => Path.GetFileNameWithoutExtension(p)!) : included;
    }
}

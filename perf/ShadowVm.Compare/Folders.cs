using System.Runtime.CompilerServices;

namespace ShadowVm.Compare;

/// <summary>Where things lie in the checkout that this source file was compiled in.</summary>
internal sealed class Folders
{
    public Folders([CallerFilePath] string here = "") =>
        Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    public string Root { get; }

    /// <summary>The workloads: sources, workloads.txt and build script.</summary>
    public string Guests => Path.Combine(Root, "perf", "Guests");

    /// <summary>Their images.</summary>
    public string Images => Path.Combine(Guests, "bin");

    /// <summary>The guest that start-up is measured with.</summary>
    public string Hello => Path.Combine(Root, "tests", "Guests", "bin", "hello.elf");

    /// <summary>Where this program builds what it runs.</summary>
    public string Work => Path.Combine(Root, "artifacts", "compare");
}

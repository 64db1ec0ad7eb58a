using System.Runtime.CompilerServices;

namespace ShadowVm.Processes;

/// <summary>Paths of the checkout.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>The program that was built beside this test.</summary>
    public static string Program { get; } = FindProgram();

    public static string Guest(string name) => Path.Combine(Root, "tests", "Guests", "bin", name + ".elf");

    public static string Expected(string name) =>
        File.ReadAllText(Path.Combine(Root, "tests", "Guests", "expected", name + ".txt"));

    private static string FindProgram()
    {
        // artifacts/bin/ShadowVm.Processes/<configuration>/ has its sibling artifacts/bin/ShadowVm.Cli/<configuration>/.
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var configuration = Path.GetFileName(here);
        var bin = Path.GetDirectoryName(Path.GetDirectoryName(here))!;
        return Path.Combine(bin, "ShadowVm.Cli", configuration, "shadowvm.dll");
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

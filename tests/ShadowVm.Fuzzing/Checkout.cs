using System.Runtime.CompilerServices;

namespace ShadowVm.Fuzzing;

/// <summary>Files of the checkout that inputs are made from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static byte[] Read(params string[] path) => File.ReadAllBytes(Path.Combine([Root, .. path]));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

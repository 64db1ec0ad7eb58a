namespace ShadowVm.Processes;

/// <summary>README's console blocks.</summary>
internal static class ReadMe
{
    public static string Text { get; } = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));

    /// <summary>Every line that a reader would type.</summary>
    public static string[] Commands() =>
        [.. Text.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => line[2..])];

    /// <summary>What stands below the first command.</summary>
    public static string DemoOutput()
    {
        var start = Text.IndexOf("-- demo\n", StringComparison.Ordinal) + "-- demo\n".Length;
        return Text[start..Text.IndexOf("```", start, StringComparison.Ordinal)];
    }
}

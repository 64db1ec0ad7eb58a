namespace ShadowVm.Vmm.Tests.World;

/// <summary>Linux programs stand built in tests/Guests/linux/bin, in a folder for each target.</summary>
internal static class Programs
{
    private static readonly (string Target, string Isa, string? Variant)[] All =
    [
        ("riscv", "riscv", null),
        ("mips", "mips", "mips32"),
        ("mipsel", "mips", "mips32el"),
        ("alpha", "alpha", null),
    ];

    public static IEnumerable<string> Targets => All.Select(each => each.Target);

    /// <summary>A target's definition and variant of it.</summary>
    public static (string Isa, string? Variant) DefinitionOf(string target)
    {
        var found = All.Single(each => each.Target == target);
        return (found.Isa, found.Variant);
    }
}

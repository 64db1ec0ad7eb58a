using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <summary>
/// What the tests of single instructions can't find out of a definition by themselves: how to write a few harmless
/// instructions of it, and where traps go.
/// </summary>
/// <param name="File">The register file that instructions name.</param>
/// <param name="Vector">The register that says where traps go.</param>
/// <param name="VectorOffset">How far behind what it holds.</param>
/// <param name="Add">A word that makes register A the sum of register B and a number, and never traps.</param>
/// <param name="Skip">
/// With delay slots, a word that goes over the instruction behind its slot; else null.
/// </param>
internal sealed record EdgeProfile(
    string File, string Vector, ulong VectorOffset, Func<IsaDefinition, int, int, int, uint> Add, Func<IsaDefinition, uint>? Skip)
{
    private static readonly Dictionary<string, EdgeProfile> Known = new()
    {
        ["riscv"] = new("x", "mtvec", 0, (isa, a, b, n) => isa.Encode("addi", ("rd", a), ("rs1", b), ("imm", n)), null),
        ["mips"] = new(
            "r",
            "ebase",
            0x180,
            (isa, a, b, n) => isa.Encode("addiu", ("rt", a), ("rs", b), ("imm", n)),
            isa => isa.Encode("beq", ("rs", 0), ("rt", 0), ("imm", 2))),
    };

    /// <summary>The profile of a definition.</summary>
    public static EdgeProfile Of(IsaDefinition isa) => Known.TryGetValue(isa.Name, out var profile)
        ? profile
        : throw new InvalidOperationException($"{isa.Name} has no profile in EdgeProfile.cs: five words that the tests need");
}

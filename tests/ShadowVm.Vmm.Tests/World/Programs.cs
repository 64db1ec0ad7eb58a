namespace ShadowVm.Vmm.Tests.World;

/// <summary>Instruction sets whose programs stand built in tests/Guests/linux/bin.</summary>
internal static class Programs
{
    public static readonly string[] Isas = ["riscv", "alpha"];
}

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>What generated code calls where the host has no instruction for it.</summary>
internal static class WideArithmetic
{
    /// <summary>The upper 64 bits of an unsigned product.</summary>
    public static ulong MultiplyHigh(ulong a, ulong b) => Math.BigMul(a, b, out _);
}

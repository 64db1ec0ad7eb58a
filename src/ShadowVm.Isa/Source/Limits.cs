namespace ShadowVm.Isa;

/// <summary>
/// Bounds on what a definition may ask for: it may come from elsewhere and be hostile. Far above what the largest
/// architectures need, far below what costs noticeable time, memory or stack.
/// </summary>
internal static class Limits
{
    public const int FileBytes = 1 << 20;
    public const int Files = 64;
    public const int Declarations = 20_000;
    public const int Instructions = 4096;
    public const int Rows = 1024;
    public const int Tokens = 50_000;
    public const int Findings = 500;
    public const int ExpressionDepth = 64;
    public const int BlockDepth = 24;
    public const int CallDepth = 16;
    public const int LoopTurns = 64;
    public const int Cost = 1_000_000;
    public const int Slots = 16_384;
    public const int ParameterSets = 64;
    public const int Parameters = 7;
}

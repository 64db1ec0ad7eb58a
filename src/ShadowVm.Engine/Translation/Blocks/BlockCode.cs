using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>
/// Guest code to be translated into one method: instructions that follow each other in memory, entered at the first
/// alone. It goes on behind a conditional branch that isn't taken, and ends at a jump, at an instruction that the
/// engine doesn't translate, or at the page's end.
/// </summary>
/// <param name="Key">Where the first instruction is.</param>
/// <param name="Instructions">The instructions.</param>
/// <param name="Bytes">Their length together.</param>
internal sealed record BlockCode(CodeKey Key, DecodedInstruction[] Instructions, int Bytes)
{
    /// <summary>Address of the first instruction.</summary>
    public ulong Pc => Key.Pc;
}

using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>
/// Guest code to be translated into one method: instructions that follow each other in memory, entered at the first
/// alone. It goes on behind a conditional branch that isn't taken, and ends at a jump, at an instruction that the
/// engine doesn't translate, or at the page's end.
/// </summary>
/// <param name="Pc">Address of the first instruction.</param>
/// <param name="Instructions">The instructions.</param>
/// <param name="Bytes">Their length together.</param>
internal sealed record BlockCode(ulong Pc, DecodedInstruction[] Instructions, int Bytes);

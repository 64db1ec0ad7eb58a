using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Listing;

/// <summary>Guest instructions that follow each other in memory.</summary>
/// <param name="Pc">Address of the first one.</param>
/// <param name="Instructions">The instructions.</param>
public sealed record GuestCode(ulong Pc, IReadOnlyList<DecodedInstruction> Instructions);

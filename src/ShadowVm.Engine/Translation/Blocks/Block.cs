using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Specialization;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>A translated block that may run.</summary>
/// <param name="Code">The instructions in it.</param>
/// <param name="Method">The code.</param>
/// <param name="Successors">Addresses that it names: where it goes on, and where calls in it are come back to.</param>
/// <param name="Links">Registers in which calls in it leave addresses.</param>
/// <param name="Jump">An instruction that goes where it has worked out, or null.</param>
internal sealed record Block(BlockCode Code, CompiledMethod Method, ulong[] Successors, int[] Links, Specialized? Jump)
{
    /// <summary>Guest address.</summary>
    public ulong Pc => Code.Pc;

    /// <summary>Where it is.</summary>
    public CodeKey Key => Code.Key;
}

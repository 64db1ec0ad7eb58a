using ShadowVm.Engine.Translation.Emission;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>A translated block that may run.</summary>
internal sealed record Block(BlockCode Code, CompiledMethod Method)
{
    /// <summary>Guest address.</summary>
    public ulong Pc => Code.Pc;

    /// <summary>Where it is.</summary>
    public CodeKey Key => Code.Key;
}

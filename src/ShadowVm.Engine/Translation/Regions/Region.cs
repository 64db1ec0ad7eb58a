using ShadowVm.Engine.Translation.Emission;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>A translated region that may run.</summary>
/// <param name="Key">The block that it was made for.</param>
/// <param name="Blocks">The blocks it was made from.</param>
/// <param name="Entries">Where it may be entered.</param>
/// <param name="Instructions">Number of instructions in it.</param>
/// <param name="Method">The code.</param>
internal sealed record Region(CodeKey Key, CodeKey[] Blocks, CodeKey[] Entries, int Instructions, CompiledMethod Method)
{
    /// <summary>How often it gave control back as <see cref="HostExit.Odd"/> since it was last thought about.</summary>
    public int Odd { get; set; }

    /// <summary>Instructions that the guest had retired then.</summary>
    public ulong OddFrom { get; set; }
}

using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// A piece of a region that is entered at its first instruction alone. It may be left at any of its branches. A short loop is
/// one that has its code several times in a row, so that what a turn has found out holds for the next.
/// </summary>
/// <param name="Code">The instructions, those that are translated.</param>
/// <param name="Instructions">The same in the emitters' form, for each turn.</param>
/// <param name="Falls">Whether control may come out behind the last one.</param>
internal sealed record RegionNode(BlockCode Code, Specialized[] Instructions, bool Falls)
{
    /// <summary>Guest address.</summary>
    public ulong Pc => Code.Pc;

    /// <summary>Guest address behind the last instruction.</summary>
    public ulong End => Pc + (ulong)Code.Bytes;

    /// <summary>Number of instructions, of all turns together.</summary>
    public int Count => Instructions.Length;

    /// <summary>
    /// Whether a block of its own begins here, which does what is left of an epoch where the counter is too short for the node.
    /// </summary>
    public bool HasBlock { get; init; } = true;

    /// <summary>Whether control may go from the node's end to its beginning: its last branch does, with a slot or without.</summary>
    public bool IsLoop => BlockReader.GoesTo(Instructions[^1], Pc)
        || (Count > 1 && Instructions[^2].OpensSlot && BlockReader.GoesTo(Instructions[^2], Pc));

    /// <summary>Nodes of the region, by their index, in which control may go on.</summary>
    public List<int> Successors { get; } = [];

    /// <summary>The innermost loop of the region that it is part of, or null.</summary>
    public RegionLoop? Loop { get; set; }

    /// <summary>Loops of the region that it is part of.</summary>
    public int Depth => Loop?.Depth ?? 0;

    /// <summary>Whether the recovery counter is looked at where the node begins.</summary>
    public bool Checks { get; set; }

    /// <summary>
    /// Whether other code may enter the region here. Who enters elsewhere than at a check makes one of its own.
    /// </summary>
    public bool IsEntry { get; set; }

    /// <summary>Registers that are in locals throughout the loop that it is part of.</summary>
    public PinnedRegisters Pinned { get; set; } = PinnedRegisters.None;

    /// <summary>Most instructions from here to the next check or out of the region.</summary>
    public int LongestPath { get; set; }

    /// <summary>This node and the one behind it as one.</summary>
    public RegionNode With(RegionNode next) => new(
        new BlockCode(Code.Key, [.. Code.Instructions, .. next.Code.Instructions], Code.Bytes + next.Code.Bytes),
        [.. Instructions, .. next.Instructions],
        next.Falls)
    {
        HasBlock = HasBlock,
    };

    /// <summary>Guest address of an instruction.</summary>
    public ulong AddressOf(int index)
    {
        if (index == Count) return End;
        var pc = Pc;
        for (var i = 0; i < index % Code.Instructions.Length; i++) pc += (ulong)Code.Instructions[i].Length;
        return pc;
    }

    /// <summary>An instruction as it was decoded.</summary>
    public DecodedInstruction DecodedAt(int index) => Code.Instructions[index % Code.Instructions.Length];

    /// <summary>Whether behind an instruction another turn begins.</summary>
    public bool EndsTurn(int index) => index + 1 < Count && (index + 1) % Code.Instructions.Length == 0;
}

using ShadowVm.Engine.Translation.Blocks;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// Where a region begins. The guest is found somewhere in a loop, and which of its blocks that is says nothing: a region that began
/// in the middle of it would have its loops cut there. Compilers lay the head of a loop, and of a function that calls itself, before
/// the rest of it.
/// </summary>
internal static class LoopStart
{
    /// <summary>Of the blocks that go round with the first one, that with the lowest address: the first itself where none does.</summary>
    /// <param name="blocks">A block and those that can be reached from it.</param>
    public static Block Of(IReadOnlyList<Block> blocks)
    {
        var first = blocks[0];
        var (around, places) = (new HashSet<Block> { first }, new Queue<Block>([first]));
        while (places.TryDequeue(out var place))
        {
            foreach (var before in blocks)
            {
                if (before.Successors.Contains(place.Pc) && around.Add(before)) places.Enqueue(before);
            }
        }

        return around.MinBy(block => block.Pc)!;
    }
}

using ShadowVm.Engine.Memory;
using ShadowVm.Machine.Elf;

namespace ShadowVm.Vmm;

/// <summary>
/// A bare guest's command line: eight 64-bit words in front of its code, at the entry point plus 8, so that a workload
/// can be made longer or shorter without building it anew. A guest that keeps code there takes no parameters; whoever
/// sets one must know the guest (docs/guest-programming.md).
/// </summary>
internal static class GuestParameters
{
    private const int Count = 8;
    private const ulong Offset = 8;

    public static void Apply(IReadOnlyList<(int Index, ulong Value)> parameters, ulong entry, GuestMemory memory)
    {
        foreach (var (index, value) in parameters)
        {
            if (index is < 0 or >= Count)
            {
                throw new ImageException($"there is no guest parameter {index}; they are numbered 0 to {Count - 1}");
            }

            if (!memory.TryWrite(entry + Offset + (8 * (ulong)index), 8, value))
            {
                throw new ImageException($"guest parameter {index} would lie outside RAM");
            }
        }
    }
}

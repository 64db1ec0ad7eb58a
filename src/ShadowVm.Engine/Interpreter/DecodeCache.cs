using System.Buffers.Binary;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// Decoded instructions by address. An entry counts only while the word in memory is the one it was made from, so
/// that a fetch always behaves as if it decoded afresh.
/// </summary>
internal sealed class DecodeCache(IsaDefinition isa, GuestMemory memory)
{
    private readonly DecodedInstruction?[]?[] _pages = new DecodedInstruction?[]?[memory.PageCount];
    private readonly int _unitBytes = isa.UnitBytes;

    /// <summary>Fetches and decodes; false where not all of the instruction lies in RAM.</summary>
    public bool TryFetch(ulong pc, out DecodedInstruction instruction)
    {
        if (!memory.TryRead(pc, 4, out var bytes)) return TryFetchAtTheEnd(pc, out instruction);
        var word = isa.BigEndian ? BinaryPrimitives.ReverseEndianness((uint)bytes) : (uint)bytes;

        var offset = pc - memory.Start;
        var page = _pages[offset >> GuestMemory.PageShift] ??= new DecodedInstruction?[GuestMemory.PageBytes / 2];
        ref var entry = ref page[(offset & (GuestMemory.PageBytes - 1)) >> 1];
        var cached = entry;
        if (cached is not null && cached.Word == (cached.Length == 4 ? word : FirstUnit(word)))
        {
            instruction = cached;
            return true;
        }

        instruction = entry = Decode(word);
        return true;
    }

    /// <summary>The address of the first unit that is not in RAM, of an instruction that could not be fetched.</summary>
    public ulong MissingAt(ulong pc) => memory.Contains(pc, (ulong)_unitBytes) ? pc + (ulong)_unitBytes : pc;

    /// <summary>The unit of two bytes that comes first in memory.</summary>
    private uint FirstUnit(uint word) => isa.BigEndian ? word >> 16 : word & 0xffff;

    private DecodedInstruction Decode(uint word)
    {
        if (_unitBytes == 4) return isa.Decode(word);
        var first = FirstUnit(word);
        return isa.LengthOf(first) == 2 ? isa.Decode(first) : isa.Decode(word);
    }

    /// <summary>
    /// In the last two bytes of RAM a short instruction still fits; the second unit is not fetched for it.
    /// </summary>
    private bool TryFetchAtTheEnd(ulong pc, out DecodedInstruction instruction)
    {
        instruction = null!;
        if (_unitBytes != 2 || !memory.TryRead(pc, 2, out var bytes)) return false;
        var first = isa.BigEndian ? BinaryPrimitives.ReverseEndianness((ushort)bytes) : (ushort)bytes;
        if (isa.LengthOf(first) != 2) return false;
        instruction = isa.Decode(first);
        return true;
    }
}

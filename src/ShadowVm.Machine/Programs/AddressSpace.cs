using ShadowVm.Engine.Memory;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <summary>
/// What of a program's memory is in use: the image and the heap behind it from below, the stack on top, mappings from
/// below the stack downwards. It decides where things come to lie; accesses are not checked against it, since memory
/// is flat: a program that reads what it has unmapped reads zeros, and protection is remembered, not enforced.
/// </summary>
internal sealed class AddressSpace
{
    private readonly GuestMemory _memory;
    private readonly ulong _pageMask;
    private readonly List<Mapping> _mappings = []; // in ascending order, none overlaps another
    private ulong _heapStart;

    /// <summary>Takes over RAM, of which the stack has the top.</summary>
    /// <param name="memory">RAM.</param>
    /// <param name="pageBytes">Bytes of a page.</param>
    public AddressSpace(GuestMemory memory, int pageBytes)
    {
        _memory = memory;
        _pageMask = (ulong)pageBytes - 1;
        End = (memory.Start + memory.Size) & ~_pageMask;
        StackBottom = (End - Math.Min(8UL << 20, memory.Size / 8)) & ~_pageMask;
        _mappings.Add(new Mapping(StackBottom, End, 3));
    }

    private readonly record struct Mapping(ulong Start, ulong End, int Protection);

    /// <summary>End of the stack and of all memory.</summary>
    public ulong End { get; }

    /// <summary>Lowest address of the stack.</summary>
    public ulong StackBottom { get; }

    /// <summary>End of the heap.</summary>
    public ulong Break { get; private set; }

    /// <summary>The image is in; the heap begins behind it.</summary>
    public void StartHeap(ulong imageEnd)
    {
        _heapStart = Break = Up(imageEnd);
    }

    /// <summary>Moves the end of the heap where that is possible; what comes new is zero.</summary>
    public ulong SetBreak(ulong wanted)
    {
        if (wanted < _heapStart || wanted > FirstMapping()) return Break;
        if (wanted < Break) Clear(wanted, Break - wanted);
        return Break = wanted;
    }

    /// <summary>Finds or makes room for a mapping, all zeros.</summary>
    /// <param name="address">Where, with <paramref name="isFixed"/>; else it is no more than a wish.</param>
    /// <param name="length">Bytes, more than 0.</param>
    /// <param name="protection">PROT bits.</param>
    /// <param name="isFixed">There and nowhere else.</param>
    /// <param name="replaces">What lies there goes.</param>
    /// <param name="at">Where it lies.</param>
    public Errno Map(ulong address, ulong length, int protection, bool isFixed, bool replaces, out ulong at)
    {
        at = 0;
        if (length > _memory.Size) return Errno.ENOMEM;
        length = Up(length);
        var wish = address & ~_pageMask;
        if (isFixed)
        {
            if (address != wish) return Errno.EINVAL;
            if (!_memory.Contains(address, length)) return Errno.ENOMEM;
            if (!replaces && !IsFree(address, length)) return Errno.EEXIST;
            at = address;
            Cut(at, at + length);
        }
        else if (wish >= Break && _memory.Contains(wish, length) && IsFree(wish, length))
        {
            at = wish;
        }
        else if (!TryFind(length, out at))
        {
            return Errno.ENOMEM;
        }

        Clear(at, length);
        Insert(new Mapping(at, at + length, protection));
        return Errno.None;
    }

    /// <summary>Gives a range back.</summary>
    public Errno Unmap(ulong address, ulong length)
    {
        if ((address & _pageMask) != 0 || length == 0) return Errno.EINVAL;
        if (!_memory.Contains(address, length)) return Errno.None; // nothing was there
        length = Up(length);
        Cut(address, address + length);
        return Errno.None;
    }

    /// <summary>Remembers a range's protection.</summary>
    public Errno Protect(ulong address, ulong length, int protection)
    {
        if ((address & _pageMask) != 0) return Errno.EINVAL;
        if (length == 0) return Errno.None;
        if (!_memory.Contains(address, length)) return Errno.ENOMEM;
        var (from, to) = (address, address + Up(length));
        for (var i = 0; i < _mappings.Count; i++)
        {
            var mapping = _mappings[i];
            var (start, end) = (Math.Max(mapping.Start, from), Math.Min(mapping.End, to));
            if (start >= end || mapping.Protection == protection) continue;
            _mappings.RemoveAt(i);
            if (end < mapping.End) _mappings.Insert(i, mapping with { Start = end });
            _mappings.Insert(i, new Mapping(start, end, protection));
            if (mapping.Start < start) _mappings.Insert(i++, mapping with { End = start });
        }

        return Errno.None;
    }

    /// <summary>Gives a mapping another length, moving it where it may.</summary>
    public Errno Remap(ulong address, ulong oldLength, ulong newLength, bool mayMove, out ulong at)
    {
        at = address;
        if ((address & _pageMask) != 0 || newLength == 0 || oldLength == 0) return Errno.EINVAL;
        if (newLength > _memory.Size || !_memory.Contains(address, oldLength)) return Errno.EFAULT;
        (oldLength, newLength) = (Up(oldLength), Up(newLength));
        if (newLength <= oldLength)
        {
            if (newLength < oldLength) Cut(address + newLength, address + oldLength);
            return Errno.None;
        }

        var more = newLength - oldLength;
        if (_memory.Contains(address, newLength) && IsFree(address + oldLength, more))
        {
            Clear(address + oldLength, more);
            Insert(new Mapping(address + oldLength, address + newLength, 3));
            return Errno.None;
        }

        if (!mayMove) return Errno.ENOMEM;
        if (Map(0, newLength, 3, isFixed: false, replaces: false, out at) is var error and not Errno.None) return error;
        Span<byte> page = stackalloc byte[GuestMemory.PageBytes];
        for (var done = 0UL; done < oldLength; done += GuestMemory.PageBytes)
        {
            _memory.TryCopyOut(address + done, page);
            _memory.TryCopyIn(at + done, page);
        }

        Cut(address, address + oldLength);
        return Errno.None;
    }

    public void Save(StateWriter writer)
    {
        writer.Write("break", Break);
        writer.Write("mappings", (ulong)_mappings.Count);
        foreach (var mapping in _mappings)
        {
            writer.Write(mapping.Start);
            writer.Write(mapping.End);
            writer.Write((ulong)mapping.Protection);
        }
    }

    private ulong Up(ulong value) => (value + _pageMask) & ~_pageMask;

    private ulong FirstMapping() => _mappings.Count > 0 ? _mappings[0].Start : End;

    private bool IsFree(ulong address, ulong length)
    {
        if (address < Up(Break)) return false;
        foreach (var mapping in _mappings)
        {
            if (address < mapping.End && mapping.Start < address + length) return false;
        }

        return true;
    }

    /// <summary>The highest room below the stack.</summary>
    private bool TryFind(ulong length, out ulong at)
    {
        for (var i = _mappings.Count - 1; i >= 0; i--)
        {
            var top = _mappings[i].Start;
            var bottom = i > 0 ? _mappings[i - 1].End : Up(Break);
            if (top < bottom || top - bottom < length || top > StackBottom) continue;
            at = top - length;
            return true;
        }

        at = 0;
        return false;
    }

    private void Insert(Mapping mapping)
    {
        var i = 0;
        while (i < _mappings.Count && _mappings[i].Start < mapping.Start) i++;
        // Neighbours that go together are one, so that a program that maps and maps makes no endless list.
        if (i < _mappings.Count && _mappings[i].Start == mapping.End && _mappings[i].Protection == mapping.Protection
            && mapping.End != StackBottom)
        {
            mapping = mapping with { End = _mappings[i].End };
            _mappings.RemoveAt(i);
        }

        if (i > 0 && _mappings[i - 1].End == mapping.Start && _mappings[i - 1].Protection == mapping.Protection)
        {
            mapping = mapping with { Start = _mappings[--i].Start };
            _mappings.RemoveAt(i);
        }

        _mappings.Insert(i, mapping);
    }

    private void Cut(ulong from, ulong to)
    {
        for (var i = 0; i < _mappings.Count; i++)
        {
            var mapping = _mappings[i];
            if (mapping.End <= from || mapping.Start >= to) continue;
            _mappings.RemoveAt(i--);
            if (to < mapping.End) _mappings.Insert(i + 1, mapping with { Start = to });
            if (mapping.Start < from) _mappings.Insert(++i, mapping with { End = from });
        }
    }

    /// <summary>Zeros what isn't zero, so that fresh memory stays untouched.</summary>
    public void Clear(ulong address, ulong length)
    {
        ReadOnlySpan<byte> zeros = stackalloc byte[GuestMemory.PageBytes];
        while (length > 0)
        {
            var offset = address - _memory.Start;
            var inPage = (int)(offset % GuestMemory.PageBytes);
            var count = (int)Math.Min(length, (ulong)(GuestMemory.PageBytes - inPage));
            var old = _memory.Page((int)(offset >> GuestMemory.PageShift)).Slice(inPage, count);
            if (old.ContainsAnyExcept((byte)0)) _memory.TryCopyIn(address, zeros[..count]);
            address += (ulong)count;
            length -= (ulong)count;
        }
    }
}

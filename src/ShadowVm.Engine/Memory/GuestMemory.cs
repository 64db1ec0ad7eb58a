using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShadowVm.Engine.Memory;

/// <summary>
/// Guest RAM: one contiguous range of guest addresses backed by one zeroed host allocation. Every access is checked
/// against the range, so that no guest address can reach host memory outside it; a range that wraps around the
/// address space is outside. Stores mark their page dirty until the digest has seen it.
/// </summary>
public sealed unsafe class GuestMemory : IDisposable
{
    /// <summary>Binary logarithm of the page size.</summary>
    public const int PageShift = 12;

    /// <summary>Size of a page in bytes, the unit of dirty tracking and of the digest.</summary>
    public const int PageBytes = 1 << PageShift;

    private readonly StoreWatch _watch;
    private byte* _bytes;

    /// <summary>Allocates RAM, all zeros.</summary>
    /// <param name="start">First guest address, a multiple of the page size.</param>
    /// <param name="size">Size in bytes, a multiple of the page size, at least one page.</param>
    /// <exception cref="ArgumentOutOfRangeException">Start or size is not as described, or the range wraps.</exception>
    public GuestMemory(ulong start, ulong size)
    {
        if (start % PageBytes != 0) throw new ArgumentOutOfRangeException(nameof(start), start, "not page-aligned");
        if (size == 0 || size % PageBytes != 0 || size > (1UL << 36) || start + size - 1 < start)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "not a positive number of pages of up to 64 GiB");
        }

        Start = start;
        Size = size;
        // SAFETY: AllocZeroed gives `size` bytes that live until Dispose; large blocks come zeroed from the kernel
        // page by page on first touch, so an untouched page costs nothing.
        _bytes = (byte*)NativeMemory.AllocZeroed((nuint)size);
        PageCount = (int)(size >> PageShift);
        _watch = new StoreWatch(PageCount);
    }

    /// <summary>First guest address.</summary>
    public ulong Start { get; }

    /// <summary>Size in bytes.</summary>
    public ulong Size { get; private set; }

    /// <summary>Number of pages.</summary>
    public int PageCount { get; }

    /// <summary>
    /// Pages stored to since <see cref="ClearDirty"/>, in the order of the first store; the page above a store near
    /// a page's end may be among them.
    /// </summary>
    public IReadOnlyList<int> DirtyPages => _watch.DirtyPages;

    /// <summary>Told of each store to bytes that were translated, after it was done.</summary>
    internal ICodeWatcher? CodeWatcher { get; set; }

    /// <summary>The tables behind the check of each store.</summary>
    internal StoreWatch Watch => _watch;

    /// <summary>Where guest RAM lies in the host.</summary>
    internal byte* Bytes => _bytes;

    /// <summary>Where guest address 0 would lie, so that an address that was checked is all that translated code adds.</summary>
    internal nint AtZero => (nint)_bytes - (nint)Start;

    /// <summary>The same of the watch's bytes.</summary>
    internal nint WatchAtZero => (nint)_watch.Free - (nint)(Start >> StoreWatch.GranuleShift);

    /// <summary>Whether all of a range lies in RAM.</summary>
    /// <param name="address">First guest address.</param>
    /// <param name="length">Length in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(ulong address, ulong length)
    {
        var offset = address - Start; // below Start this wraps to a huge offset
        return offset < Size && length <= Size - offset;
    }

    /// <summary>Reads 1, 2, 4 or 8 bytes, little-endian, at any alignment.</summary>
    /// <returns>False, with nothing read, where the range is not all RAM.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(ulong address, int bytes, out ulong value)
    {
        if (!Contains(address, (ulong)bytes))
        {
            value = 0;
            return false;
        }

        // SAFETY: Contains has shown that all `bytes` lie inside the allocation.
        var at = _bytes + (address - Start);
        value = bytes switch
        {
            1 => *at,
            2 => Unsafe.ReadUnaligned<ushort>(at),
            4 => Unsafe.ReadUnaligned<uint>(at),
            _ => Unsafe.ReadUnaligned<ulong>(at),
        };
        return true;
    }

    /// <summary>Writes the low 1, 2, 4 or 8 bytes of a value, little-endian, at any alignment.</summary>
    /// <returns>False, with nothing written, where the range is not all RAM.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(ulong address, int bytes, ulong value)
    {
        if (!Contains(address, (ulong)bytes)) return false;
        var offset = address - Start;
        // SAFETY: Contains has shown that all `bytes` lie inside the allocation.
        var at = _bytes + offset;
        switch (bytes)
        {
            case 1: *at = (byte)value; break;
            case 2: Unsafe.WriteUnaligned(at, (ushort)value); break;
            case 4: Unsafe.WriteUnaligned(at, (uint)value); break;
            default: Unsafe.WriteUnaligned(at, value); break;
        }

        if (_watch.Free[offset >> StoreWatch.GranuleShift] == 0) Note(offset, (ulong)bytes);
        return true;
    }

    /// <summary>Copies guest bytes out; false, with nothing copied, where the range is not all RAM.</summary>
    public bool TryCopyOut(ulong address, Span<byte> destination)
    {
        if (!Contains(address, (ulong)destination.Length)) return false;
        // SAFETY: Contains has shown that the range lies inside the allocation.
        new ReadOnlySpan<byte>(_bytes + (address - Start), destination.Length).CopyTo(destination);
        return true;
    }

    /// <summary>Copies bytes into the guest; false, with nothing copied, where the range is not all RAM.</summary>
    public bool TryCopyIn(ulong address, ReadOnlySpan<byte> source)
    {
        if (!Contains(address, (ulong)source.Length)) return false;
        if (source.IsEmpty) return true;
        // SAFETY: Contains has shown that the range lies inside the allocation.
        source.CopyTo(new Span<byte>(_bytes + (address - Start), source.Length));
        Note(address - Start, (ulong)source.Length);
        return true;
    }

    /// <summary>The bytes of one page.</summary>
    /// <param name="page">Page number from the start of RAM, 0 to <see cref="PageCount"/> - 1.</param>
    public ReadOnlySpan<byte> Page(int page)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)page, (uint)PageCount);
        // SAFETY: the page number was checked; the allocation is a whole number of pages.
        return new ReadOnlySpan<byte>(_bytes + ((ulong)page << PageShift), PageBytes);
    }

    /// <summary>Forgets which pages are dirty.</summary>
    public void ClearDirty() => _watch.ClearDirty();

    /// <summary>Frees the host memory; any later access finds no RAM.</summary>
    public void Dispose()
    {
        if (_bytes == null) return;
        Size = 0; // from here on Contains refuses everything
        NativeMemory.Free(_bytes);
        _bytes = null;
        _watch.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the host memory of a machine that nobody disposed.</summary>
    ~GuestMemory() => NativeMemory.Free(_bytes);

    private void Note(ulong offset, ulong length)
    {
        if (_watch.Note(offset, length)) CodeWatcher?.CodeWritten(offset, length);
    }
}

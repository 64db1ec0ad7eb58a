namespace ShadowVm.Isa;

/// <summary>
/// What the translation of an address gives, packed into one value: where the page begins in physical memory, what may
/// be done there, and the binary logarithm of its size; 64 or more stands for all addresses.
/// </summary>
/// <param name="Base">Physical address; the bits below the size count as 0.</param>
/// <param name="Rights">Bit 0 to read, bit 1 to write, bit 2 to fetch.</param>
/// <param name="Log2Size">Binary logarithm of the size in bytes.</param>
public readonly record struct PageValue(ulong Base, byte Rights, byte Log2Size)
{
    /// <summary>Bits of the packed value: base, rights and size from the top.</summary>
    public const int Width = 64 + RightsWidth + SizeWidth;

    internal const int RightsWidth = 3;

    internal const int SizeWidth = 8;

    /// <summary>The bits of an address that say where in the page it is.</summary>
    public ulong Inside => Log2Size >= 64 ? ulong.MaxValue : (1UL << Log2Size) - 1;

    /// <summary>Physical address of an address in the page.</summary>
    public ulong PhysicalOf(ulong address) => (Base & ~Inside) | (address & Inside);

    /// <summary>Takes a packed value apart.</summary>
    public static PageValue Unpack(UInt128 value) => new(
        (ulong)(value >> (RightsWidth + SizeWidth)),
        (byte)((ulong)(value >> SizeWidth) & ((1 << RightsWidth) - 1)),
        (byte)(ulong)value);
}

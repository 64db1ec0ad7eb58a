using System.Globalization;
using System.Runtime.CompilerServices;

namespace ShadowVm.Isa.Numerics;

/// <summary>
/// A number of 128 bits in two's complement; arithmetic wraps around. It is to System.Int128 what <see cref="Wide"/> is
/// to System.UInt128.
/// </summary>
/// <param name="upper">Bits 64 to 127, the sign on top.</param>
/// <param name="lower">Bits 0 to 63.</param>
public readonly struct SignedWide(ulong upper, ulong lower)
    : IEquatable<SignedWide>, IComparable<SignedWide>, IFormattable
{
    private readonly ulong _lower = lower;
    private readonly ulong _upper = upper;

    /// <summary>0.</summary>
    public static SignedWide Zero => default;

    /// <summary>1.</summary>
    public static SignedWide One => new(0, 1);

    /// <summary>-1.</summary>
    public static SignedWide NegativeOne => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>The largest number, 2 to the 127 less one.</summary>
    public static SignedWide MaxValue => new(long.MaxValue, ulong.MaxValue);

    /// <summary>The smallest number, minus 2 to the 127.</summary>
    public static SignedWide MinValue => new(1UL << 63, 0);

    /// <summary>Bits 64 to 127.</summary>
    public ulong Upper => _upper;

    /// <summary>Bits 0 to 63.</summary>
    public ulong Lower => _lower;

    private bool IsLong => (long)_upper == (long)_lower >> 63;

    /// <summary>The same number.</summary>
    public static implicit operator SignedWide(byte value) => new(0, value);

    /// <summary>The same number.</summary>
    public static implicit operator SignedWide(int value) => (long)value;

    /// <summary>The same number.</summary>
    public static implicit operator SignedWide(uint value) => new(0, value);

    /// <summary>The same number.</summary>
    public static implicit operator SignedWide(long value) => new((ulong)(value >> 63), (ulong)value);

    /// <summary>The same number.</summary>
    public static implicit operator SignedWide(ulong value) => new(0, value);

    /// <summary>The same number.</summary>
    public static implicit operator SignedWide(System.Int128 value) => new((ulong)(value >> 64), (ulong)value);

    /// <summary>The same number.</summary>
    public static explicit operator System.Int128(SignedWide value) => new(value._upper, value._lower);

    /// <summary>The same bits.</summary>
    public static explicit operator SignedWide(Wide value) => new(value.Upper, value.Lower);

    /// <summary>The low 8 bits.</summary>
    public static explicit operator byte(SignedWide value) => (byte)value._lower;

    /// <summary>The low 64 bits.</summary>
    public static explicit operator ulong(SignedWide value) => value._lower;

    /// <summary>The low 64 bits.</summary>
    public static explicit operator long(SignedWide value) => (long)value._lower;

    /// <summary>The low 32 bits.</summary>
    public static explicit operator uint(SignedWide value) => (uint)value._lower;

    /// <summary>The low 32 bits.</summary>
    public static explicit operator int(SignedWide value) => (int)value._lower;

    /// <summary>The sum, modulo 2 to the 128.</summary>
    public static SignedWide operator +(SignedWide a, SignedWide b) => (SignedWide)((Wide)a + (Wide)b);

    /// <summary>The difference, modulo 2 to the 128.</summary>
    public static SignedWide operator -(SignedWide a, SignedWide b) => (SignedWide)((Wide)a - (Wide)b);

    /// <summary>The negated number; the smallest one stays.</summary>
    public static SignedWide operator -(SignedWide a) => (SignedWide)(Wide.Zero - (Wide)a);

    /// <summary>The product, modulo 2 to the 128.</summary>
    public static SignedWide operator *(SignedWide a, SignedWide b) => (SignedWide)((Wide)a * (Wide)b);

    /// <summary>The quotient, cut towards 0.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    /// <exception cref="OverflowException">The smallest number by -1.</exception>
    public static SignedWide operator /(SignedWide a, SignedWide b) =>
        AreSmall(a, b) ? (long)a._lower / (long)b._lower : DivideSlowly(a, b);

    /// <summary>What the division leaves, with the sign of what was divided.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    /// <exception cref="OverflowException">The smallest number by -1.</exception>
    public static SignedWide operator %(SignedWide a, SignedWide b) =>
        AreSmall(a, b) ? (long)a._lower % (long)b._lower : RemainderSlowly(a, b);

    /// <summary>Bit by bit.</summary>
    public static SignedWide operator &(SignedWide a, SignedWide b) => new(a._upper & b._upper, a._lower & b._lower);

    /// <summary>Bit by bit.</summary>
    public static SignedWide operator |(SignedWide a, SignedWide b) => new(a._upper | b._upper, a._lower | b._lower);

    /// <summary>Bit by bit.</summary>
    public static SignedWide operator ^(SignedWide a, SignedWide b) => new(a._upper ^ b._upper, a._lower ^ b._lower);

    /// <summary>All bits turned over.</summary>
    public static SignedWide operator ~(SignedWide a) => new(~a._upper, ~a._lower);

    /// <summary>To the left by the amount modulo 128.</summary>
    public static SignedWide operator <<(SignedWide a, int by) => (SignedWide)((Wide)a << by);

    /// <summary>To the right by the amount modulo 128, the sign coming in.</summary>
    public static SignedWide operator >>(SignedWide a, int by)
    {
        by &= 127;
        var upper = (long)a._upper;
        return by switch
        {
            0 => a,
            >= 64 => new((ulong)(upper >> 63), (ulong)(upper >> by)),
            _ => new((ulong)(upper >> by), a._lower >> by | a._upper << (64 - by)),
        };
    }

    /// <summary>Whether both are the same number.</summary>
    public static bool operator ==(SignedWide a, SignedWide b) => a._lower == b._lower && a._upper == b._upper;

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(SignedWide a, SignedWide b) => !(a == b);

    /// <summary>Signed comparison.</summary>
    public static bool operator <(SignedWide a, SignedWide b) =>
        (long)a._upper < (long)b._upper || (a._upper == b._upper && a._lower < b._lower);

    /// <summary>Signed comparison.</summary>
    public static bool operator >(SignedWide a, SignedWide b) => b < a;

    /// <summary>Signed comparison.</summary>
    public static bool operator <=(SignedWide a, SignedWide b) => !(b < a);

    /// <summary>Signed comparison.</summary>
    public static bool operator >=(SignedWide a, SignedWide b) => !(a < b);

    /// <summary>The smaller one.</summary>
    public static SignedWide Min(SignedWide a, SignedWide b) => b < a ? b : a;

    /// <summary>The larger one.</summary>
    public static SignedWide Max(SignedWide a, SignedWide b) => a < b ? b : a;

    /// <inheritdoc/>
    public bool Equals(SignedWide other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SignedWide other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_lower, _upper);

    /// <inheritdoc/>
    public int CompareTo(SignedWide other) => this < other ? -1 : other < this ? 1 : 0;

    /// <summary>In decimal.</summary>
    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    /// <summary>In decimal.</summary>
    public string ToString(IFormatProvider? formatProvider) => ToString(null, formatProvider);

    /// <summary>As the format of System.Int128 says.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        IsLong && (_upper == 0 || format is null)
            ? ((long)_lower).ToString(format, formatProvider)
            : ToStringSlowly(format, formatProvider);

    // The smallest long by -1 doesn't fit a long.
    private static bool AreSmall(SignedWide a, SignedWide b) =>
        a.IsLong && b.IsLong && (long)a._lower != long.MinValue;

    // Apart, so that only they wait for a compiler.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignedWide DivideSlowly(SignedWide a, SignedWide b) => (System.Int128)a / (System.Int128)b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignedWide RemainderSlowly(SignedWide a, SignedWide b) => (System.Int128)a % (System.Int128)b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string ToStringSlowly(string? format, IFormatProvider? provider) =>
        ((System.Int128)this).ToString(format, provider);
}

using System.Globalization;
using System.Runtime.CompilerServices;

namespace ShadowVm.Isa.Numerics;

/// <summary>
/// An unsigned number of 128 bits; arithmetic wraps around. It is System.UInt128 but for one thing: code that touches
/// that type is never compiled ahead of time (its calling convention isn't settled), and this whole library would be
/// compiled at each start. What is rare (division, text beyond 64 bits) is left to it.
/// </summary>
/// <param name="upper">Bits 64 to 127.</param>
/// <param name="lower">Bits 0 to 63.</param>
public readonly struct Wide(ulong upper, ulong lower) : IEquatable<Wide>, IComparable<Wide>, IFormattable
{
    private readonly ulong _lower = lower;
    private readonly ulong _upper = upper;

    /// <summary>0.</summary>
    public static Wide Zero => default;

    /// <summary>1.</summary>
    public static Wide One => new(0, 1);

    /// <summary>All 128 bits set.</summary>
    public static Wide MaxValue => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Bits 64 to 127.</summary>
    public ulong Upper => _upper;

    /// <summary>Bits 0 to 63.</summary>
    public ulong Lower => _lower;

    /// <summary>The same number.</summary>
    public static implicit operator Wide(uint value) => new(0, value);

    /// <summary>The same number.</summary>
    public static implicit operator Wide(ulong value) => new(0, value);

    /// <summary>The same number.</summary>
    public static implicit operator Wide(System.UInt128 value) => new((ulong)(value >> 64), (ulong)value);

    /// <summary>The same number.</summary>
    public static explicit operator System.UInt128(Wide value) => new(value._upper, value._lower);

    /// <summary>The same bits, sign-extended.</summary>
    public static explicit operator Wide(int value) => (Wide)(SignedWide)value;

    /// <summary>The same bits, sign-extended.</summary>
    public static explicit operator Wide(long value) => (Wide)(SignedWide)value;

    /// <summary>The same bits.</summary>
    public static explicit operator Wide(SignedWide value) => new(value.Upper, value.Lower);

    /// <summary>The low 64 bits.</summary>
    public static explicit operator ulong(Wide value) => value._lower;

    /// <summary>The low 64 bits.</summary>
    public static explicit operator long(Wide value) => (long)value._lower;

    /// <summary>The low 32 bits.</summary>
    public static explicit operator uint(Wide value) => (uint)value._lower;

    /// <summary>The low 32 bits.</summary>
    public static explicit operator int(Wide value) => (int)value._lower;

    /// <summary>The sum, modulo 2 to the 128.</summary>
    public static Wide operator +(Wide a, Wide b)
    {
        var lower = unchecked(a._lower + b._lower);
        return new(unchecked(a._upper + b._upper + (lower < a._lower ? 1UL : 0)), lower);
    }

    /// <summary>The difference, modulo 2 to the 128.</summary>
    public static Wide operator -(Wide a, Wide b) =>
        new(unchecked(a._upper - b._upper - (a._lower < b._lower ? 1UL : 0)), unchecked(a._lower - b._lower));

    /// <summary>The product, modulo 2 to the 128.</summary>
    public static Wide operator *(Wide a, Wide b) =>
        (a._upper | b._upper) == 0 && (a._lower | b._lower) <= uint.MaxValue
            ? a._lower * b._lower
            : MultiplySlowly(a, b);

    /// <summary>The whole quotient.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static Wide operator /(Wide a, Wide b) =>
        (a._upper | b._upper) == 0 ? a._lower / b._lower : DivideSlowly(a, b);

    /// <summary>What the division leaves.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static Wide operator %(Wide a, Wide b) =>
        (a._upper | b._upper) == 0 ? a._lower % b._lower : RemainderSlowly(a, b);

    /// <summary>Bit by bit.</summary>
    public static Wide operator &(Wide a, Wide b) => new(a._upper & b._upper, a._lower & b._lower);

    /// <summary>Bit by bit.</summary>
    public static Wide operator |(Wide a, Wide b) => new(a._upper | b._upper, a._lower | b._lower);

    /// <summary>Bit by bit.</summary>
    public static Wide operator ^(Wide a, Wide b) => new(a._upper ^ b._upper, a._lower ^ b._lower);

    /// <summary>All bits turned over.</summary>
    public static Wide operator ~(Wide a) => new(~a._upper, ~a._lower);

    /// <summary>To the left by the amount modulo 128.</summary>
    public static Wide operator <<(Wide a, int by)
    {
        by &= 127;
        return by switch
        {
            0 => a,
            >= 64 => new(a._lower << by, 0),
            _ => new(a._upper << by | a._lower >> (64 - by), a._lower << by),
        };
    }

    /// <summary>To the right by the amount modulo 128, zeros coming in.</summary>
    public static Wide operator >>(Wide a, int by)
    {
        by &= 127;
        return by switch
        {
            0 => a,
            >= 64 => new(0, a._upper >> by),
            _ => new(a._upper >> by, a._lower >> by | a._upper << (64 - by)),
        };
    }

    /// <summary>The same as the plain shift: it is unsigned.</summary>
    public static Wide operator >>>(Wide a, int by) => a >> by;

    /// <summary>Whether both are the same number.</summary>
    public static bool operator ==(Wide a, Wide b) => a._lower == b._lower && a._upper == b._upper;

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Wide a, Wide b) => !(a == b);

    /// <summary>Unsigned comparison.</summary>
    public static bool operator <(Wide a, Wide b) =>
        a._upper < b._upper || (a._upper == b._upper && a._lower < b._lower);

    /// <summary>Unsigned comparison.</summary>
    public static bool operator >(Wide a, Wide b) => b < a;

    /// <summary>Unsigned comparison.</summary>
    public static bool operator <=(Wide a, Wide b) => !(b < a);

    /// <summary>Unsigned comparison.</summary>
    public static bool operator >=(Wide a, Wide b) => !(a < b);

    /// <summary>The smaller one.</summary>
    public static Wide Min(Wide a, Wide b) => b < a ? b : a;

    /// <summary>Reads a number of at most 128 bits; the style says in which base.</summary>
    /// <returns>False where the text is no such number.</returns>
    public static bool TryParse(
        ReadOnlySpan<char> text, NumberStyles style, IFormatProvider? provider, out Wide value)
    {
        if (ulong.TryParse(text, style, provider, out var small))
        {
            value = small;
            return true;
        }

        return TryParseSlowly(text, style, provider, out value);
    }

    /// <inheritdoc/>
    public bool Equals(Wide other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Wide other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_lower, _upper);

    /// <inheritdoc/>
    public int CompareTo(Wide other) => this < other ? -1 : other < this ? 1 : 0;

    /// <summary>In decimal.</summary>
    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    /// <summary>In decimal.</summary>
    public string ToString(IFormatProvider? formatProvider) => ToString(null, formatProvider);

    /// <summary>As the format of System.UInt128 says.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        _upper == 0 ? _lower.ToString(format, formatProvider) : ToStringSlowly(format, formatProvider);

    // Apart, so that only they wait for a compiler: they depend on the processor or have the framework's type.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Wide MultiplySlowly(Wide a, Wide b)
    {
        var upper = Math.BigMul(a._lower, b._lower, out var lower);
        return new(unchecked(upper + (a._upper * b._lower) + (a._lower * b._upper)), lower);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Wide DivideSlowly(Wide a, Wide b) => (System.UInt128)a / (System.UInt128)b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Wide RemainderSlowly(Wide a, Wide b) => (System.UInt128)a % (System.UInt128)b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryParseSlowly(
        ReadOnlySpan<char> text, NumberStyles style, IFormatProvider? provider, out Wide value)
    {
        var isNumber = System.UInt128.TryParse(text, style, provider, out var parsed);
        value = parsed;
        return isNumber;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string ToStringSlowly(string? format, IFormatProvider? provider) =>
        ((System.UInt128)this).ToString(format, provider);
}

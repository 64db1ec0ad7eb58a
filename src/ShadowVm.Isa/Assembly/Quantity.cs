using System.Globalization;

namespace ShadowVm.Isa.Assembly;

/// <summary>
/// A value of an expression: unknown as long as it depends on a label further down; an offset into a section whose
/// place isn't settled; else a whole number.
/// </summary>
internal readonly record struct Quantity(bool IsKnown, Int128 Number, Section? Base)
{
    public static Quantity Unknown => default;

    /// <summary>True where it is a plain number.</summary>
    public bool IsAbsolute => IsKnown && Base is null;

    public static Quantity Of(Int128 number) => new(true, number, null);

    /// <summary>A number as messages show it: small ones in decimal.</summary>
    public static string Shown(Int128 value)
    {
        var culture = CultureInfo.InvariantCulture;
        var isSmall = value < (Int128)0x10000 && value >= (Int128)int.MinValue;
        if (isSmall)
            return value.ToString(culture);
        return value < 0 ? "-0x" + (-value).ToString("x", culture) : "0x" + value.ToString("x", culture);
    }

    public static Quantity In(Section section, Int128 offset) =>
        section.Address is { } address ? Of(address + offset) : new(true, offset, section);

    public static Quantity operator +(Quantity a, Quantity b)
    {
        if (!a.IsKnown || !b.IsKnown || (a.Base is not null && b.Base is not null))
            return Unknown;
        return new(true, unchecked(a.Number + b.Number), a.Base ?? b.Base);
    }

    public static Quantity operator -(Quantity a, Quantity b)
    {
        if (!a.IsKnown || !b.IsKnown)
            return Unknown;
        if (a.Base == b.Base)
            return Of(unchecked(a.Number - b.Number));
        return b.Base is null ? new(true, unchecked(a.Number - b.Number), a.Base) : Unknown;
    }
}

using System.Globalization;

namespace ShadowVm.Machine.Description;

/// <summary>Reads the values of properties; each method gives null or one sentence that says what is wrong.</summary>
internal static class Quantity
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Reads a value of a type.</summary>
    public static string? Read(PropertyType type, string text, out ulong value) => type switch
    {
        PropertyType.Number => ReadNumber(text, out value),
        PropertyType.Line => ReadLine(text, out value),
        _ => ReadFrequency(text, out value),
    };

    private static string? ReadNumber(string text, out ulong value)
    {
        var shift = text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (!TryDigits(shift == 0 ? text : text[..^1], out value))
        {
            return $"'{text}' is not a number; write 0x10000000, 4096 or 128M";
        }

        if (value > ulong.MaxValue >> shift) return $"'{text}' is more than 64 bits";
        value <<= shift;
        return null;
    }

    private static string? ReadLine(string text, out ulong value) =>
        TryDigits(text, out value) && value <= 63 ? null : $"'{text}' is not an interrupt line from 0 to 63";

    private static string? ReadFrequency(string text, out ulong value)
    {
        var unit = text.EndsWith("GHz", StringComparison.Ordinal) ? NanosecondsPerSecond
            : text.EndsWith("MHz", StringComparison.Ordinal) ? 1_000_000UL
            : text.EndsWith("kHz", StringComparison.Ordinal) ? 1_000UL
            : 1UL;
        var suffix = unit > 1 ? 3 : 2;
        if (!text.EndsWith("Hz", StringComparison.Ordinal) || !TryDigits(text[..^suffix], out value) || value == 0
            || value > NanosecondsPerSecond)
        {
            value = 0;
            return $"'{text}' is not a frequency; write 10MHz";
        }

        value = value > NanosecondsPerSecond / unit ? 0 : value * unit;
        return value != 0 && NanosecondsPerSecond % value == 0
            ? null
            : $"'{text}' has no period of whole nanoseconds";
    }

    private static bool TryDigits(string text, out ulong value) =>
        text.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

using System.Globalization;

namespace ShadowVm.Cli.CommandLine;

/// <summary>Reads what users write for sizes, counts, durations and key=value lists.</summary>
internal static class Values
{
    /// <summary>A size in bytes with an optional K, M or G (powers of 1024), as in <c>-m 128M</c>.</summary>
    public static ulong Size(string option, string text)
    {
        if (TryScaled(text, 1024, out var value)) return value;
        throw new UsageException($"{option}: '{text}' is not a size; write bytes, or a number with K, M or G");
    }

    /// <summary>A count with an optional k, M or G (powers of 1000), as in <c>--epoch-length 200k</c>.</summary>
    public static ulong Count(string option, string text, ulong min, ulong max)
    {
        if (!TryScaled(text, 1000, out var value))
        {
            throw new UsageException($"{option}: '{text}' is not a number");
        }

        if (value < min || value > max)
        {
            throw new UsageException($"{option}: {text} is out of range; it must be {min} to {max}");
        }

        return value;
    }

    /// <summary>A duration in milliseconds with an optional unit, as in <c>5ms</c>.</summary>
    public static int Milliseconds(string option, string text, int max)
    {
        var digits = text.EndsWith("ms", StringComparison.Ordinal) ? text[..^2] : text;
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= max)
        {
            return value;
        }

        throw new UsageException($"{option}: '{text}' is not a time; write 0ms to {max}ms");
    }

    /// <summary>A number, decimal or 0x hexadecimal.</summary>
    public static ulong Number(string option, string text)
    {
        var hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (ulong.TryParse(
            hex ? text.AsSpan(2) : text,
            hex ? NumberStyles.HexNumber : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var value))
        {
            return value;
        }

        throw new UsageException($"{option}: '{text}' is not a number; write it in decimal or with 0x");
    }

    /// <summary>A list like <c>path=a,size=1M</c>; a key that isn't known is refused.</summary>
    public static Dictionary<string, string> Pairs(string option, string text, params string[] known)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=');
            if (equals <= 0) throw new UsageException($"{option}: '{part}' is not of the form key=value");
            var key = part[..equals];
            if (!known.Contains(key))
            {
                throw new UsageException($"{option}: there is no '{key}'; it takes {string.Join(", ", known)}");
            }

            if (!pairs.TryAdd(key, part[(equals + 1)..])) throw new UsageException($"{option}: '{key}' stands twice");
        }

        return pairs;
    }

    /// <summary>One of a few words, as it is.</summary>
    public static string Word(string option, string text, string[] words) => Array.IndexOf(words, text) >= 0 ? text
        : throw new UsageException($"{option}: '{text}' is not one of {string.Join(", ", words)}");

    /// <summary>What one of a few words stands for.</summary>
    public static T Choice<T>(string option, string text, params (string Word, T Value)[] choices)
    {
        foreach (var (word, value) in choices)
        {
            if (word == text) return value;
        }

        throw new UsageException(
            $"{option}: '{text}' is not one of {string.Join(", ", choices.Select(c => c.Word))}");
    }

    private static bool TryScaled(string text, ulong unit, out ulong value)
    {
        value = 0;
        if (text.Length == 0) return false;
        var scale = char.ToUpperInvariant(text[^1]) switch
        {
            'K' => unit,
            'M' => unit * unit,
            'G' => unit * unit * unit,
            _ => 1UL,
        };
        var digits = scale == 1 ? text : text[..^1];
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > ulong.MaxValue / scale) return false;
        value = number * scale;
        return true;
    }
}

using System.Globalization;

namespace ShadowVm.Host.Backends;

/// <summary>A disk on a file, as an operator describes it. Its path never crosses the channel, its name does.</summary>
public sealed record DiskOptions
{
    /// <summary>Bytes per sector.</summary>
    public const int SectorBytes = 512;

    /// <summary>Name by which both replicas know it.</summary>
    public string Name { get; init; } = "disk0";

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Size in bytes at which a missing file is created; null: it must be there.</summary>
    public long? Size { get; init; }

    /// <summary>Added to each operation, for tests and demonstrations.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Writes are refused with a status of their own.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Operations carried out at a time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Reads "path=..,size=..,latency=5ms,readonly=on,cache=writethrough,name=..".</summary>
    /// <exception cref="HostException">A key or a value isn't known.</exception>
    public static DiskOptions Parse(string text)
    {
        var options = new DiskOptions { Path = "" };
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new HostException($"--disk: '{part}' is not of the form key=value.");
            options = options.With(part[..equals], part[(equals + 1)..]);
        }

        if (options.Path.Length == 0) throw new HostException($"--disk: '{text}' has no path=.");
        return options;
    }

    private DiskOptions With(string key, string value) => key switch
    {
        "path" when value.Length != 0 => this with { Path = value },
        "name" when value.Length is > 0 and <= 64 => this with { Name = value },
        "size" => this with { Size = ParseSize(value) },
        "latency" => this with { Latency = ParseLatency(value) },
        "readonly" => this with { ReadOnly = ParseSwitch(key, value) },
        "cache" when value == "writethrough" => this,
        "cache" => throw new HostException(
            $"--disk: cache={value} is not offered; writethrough is, where completed means on stable storage."),
        "path" or "name" => throw new HostException($"--disk: {key}='{value}' is empty or too long."),
        _ => throw new HostException(
            $"--disk: '{key}' is not known; known are path, name, size, latency, readonly and cache."),
    };

    private static bool ParseSwitch(string key, string value) => value switch
    {
        "on" => true,
        "off" => false,
        _ => throw new HostException($"--disk: {key}={value} is neither on nor off."),
    };

    private static long ParseSize(string value)
    {
        var shift = value.Length == 0 ? 0 : char.ToUpperInvariant(value[^1]) switch
        {
            'K' => 10,
            'M' => 20,
            'G' => 30,
            _ => 0,
        };
        var digits = shift == 0 ? value : value[..^1];
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0 && number <= long.MaxValue >> shift && (number << shift) % SectorBytes == 0)
        {
            return number << shift;
        }

        throw new HostException($"--disk: size={value} is not a positive multiple of {SectorBytes} bytes.");
    }

    private static TimeSpan ParseLatency(string value)
    {
        var digits = value.EndsWith("ms", StringComparison.Ordinal) ? value[..^2] : "";
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 60_000)
        {
            return TimeSpan.FromMilliseconds(number);
        }

        throw new HostException($"--disk: latency={value} is not a time of 0ms to 60000ms.");
    }
}

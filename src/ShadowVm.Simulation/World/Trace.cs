using System.IO.Hashing;

namespace ShadowVm.Simulation.World;

/// <summary>A running hash of everything that happened; two runs of one seed must come to the same.</summary>
internal sealed class Trace
{
    /// <summary>The hash so far.</summary>
    public ulong Hash { get; private set; } = 0xcbf29ce484222325;

    /// <summary>Something happened.</summary>
    public void Add(long time, int what, ulong a = 0, ulong b = 0)
    {
        var hash = Hash;
        hash = (hash ^ (ulong)time) * 0x100000001b3;
        hash = (hash ^ (ulong)what) * 0x100000001b3;
        hash = (hash ^ a) * 0x100000001b3;
        hash = (hash ^ b) * 0x100000001b3;
        Hash = hash ^ (hash >> 29);
    }

    /// <summary>A hash of content.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);
}

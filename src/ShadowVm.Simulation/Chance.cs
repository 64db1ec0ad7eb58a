namespace ShadowVm.Simulation;

/// <summary>Chance under a seed (SplitMix64): the same seed gives the same accidents on every host.</summary>
public sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public long Below(long bound) => (long)(Next() % (ulong)bound);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(long times) => Below(times) == 0;

    /// <summary>A number from both ends, both included.</summary>
    public long Between(long low, long high) => low + Below(high - low + 1);
}

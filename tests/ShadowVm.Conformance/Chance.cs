namespace ShadowVm.Conformance;

/// <summary>Numbers under a seed that prefer the edges, where instructions go wrong.</summary>
internal sealed class Chance(ulong seed)
{
    private static readonly ulong[] Edges =
    [
        0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_8000_0000, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A register value: an edge as often as not.</summary>
    public ulong Value() => Below(2) == 0 ? Edges[Below(Edges.Length)] : Next();
}

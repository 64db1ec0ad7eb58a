namespace ShadowVm.Isa.Tests;

/// <summary>
/// Bit patterns of one format under a seed: a third edges, a third near the numbers drawn before (so that sums cancel),
/// a third any.
/// </summary>
internal sealed class FloatNumbers(ulong seed, bool isDouble)
{
    private readonly int _fraction = isDouble ? 52 : 23;
    private readonly int _exponents = isDouble ? 2047 : 255;
    private ulong _state = seed;
    private ulong _last = 1;

    public ulong Next()
    {
        var kind = Raw() % 3;
        _last = kind switch
        {
            0 => Edge(),
            1 => Near(_last),
            _ => isDouble ? Raw() : Raw() >> 32,
        };
        return _last;
    }

    private ulong Edge()
    {
        var bias = _exponents / 2;
        var exponent = (Raw() % 12) switch
        {
            0 => 0,
            1 => 1,
            2 => _exponents,
            3 => _exponents - 1,
            4 => bias + _fraction + (int)(Raw() % 4) - 2,
            5 => bias + 30 + (int)(Raw() % 36),
            6 => bias - 1,
            _ => bias + (int)(Raw() % 5) - 2,
        };
        var ones = (1UL << _fraction) - 1;
        var fraction = (Raw() % 8) switch
        {
            0 => 0UL,
            1 => 1UL,
            2 => ones,
            3 => ones - 1,
            4 => 1UL << (_fraction - 1),
            5 => (1UL << (_fraction - 1)) - 1,
            6 => 1UL << (int)(Raw() % (ulong)_fraction),
            _ => Raw() & ones,
        };
        return (Raw() & 1) << (isDouble ? 63 : 31) | (ulong)Math.Clamp(exponent, 0, _exponents) << _fraction | fraction;
    }

    private ulong Near(ulong number)
    {
        var mask = isDouble ? ulong.MaxValue : uint.MaxValue;
        var sign = (Raw() & 1) << (isDouble ? 63 : 31);
        return ((number + (Raw() % 5) - 2) ^ sign ^ ((Raw() % 4 == 0 ? Raw() % 3 : 0) << _fraction)) & mask;
    }

    private ulong Raw()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// Locals of the running bodies, one activation above the other. Functions can't recurse, so the depth is bounded by
/// the definition and a grown stack never grows again.
/// </summary>
internal sealed class Frame
{
    private UInt128[] _locals = new UInt128[256];
    private int _base;
    private int _top;

    public UInt128 this[int local]
    {
        get => _locals[_base + local];
        set => _locals[_base + local] = value;
    }

    /// <summary>Value of a local of at most 64 bits.</summary>
    public ulong Low(int local) => (ulong)_locals[_base + local];

    /// <summary>
    /// Sets parameter <paramref name="index"/> of the activation that <see cref="Enter"/> opens next.
    /// </summary>
    public void PassArgument(int index, UInt128 value)
    {
        Grow(_top + index + 1);
        _locals[_top + index] = value;
    }

    /// <summary>Opens an activation; gives what <see cref="Leave"/> wants back.</summary>
    public (int Base, int Top) Enter(int localCount)
    {
        var caller = (_base, _top);
        Grow(_top + localCount);
        _base = _top;
        _top += localCount;
        return caller;
    }

    /// <summary>Closes the activation.</summary>
    public void Leave((int Base, int Top) caller) => (_base, _top) = caller;

    private void Grow(int size)
    {
        if (size > _locals.Length) Array.Resize(ref _locals, Math.Max(size, _locals.Length * 2));
    }
}

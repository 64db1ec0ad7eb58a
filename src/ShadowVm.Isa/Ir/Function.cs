namespace ShadowVm.Isa.Ir;

/// <summary>
/// A function, procedure or hook of the definition, lowered. Locals 0 to <see cref="ParameterCount"/>-1 hold the
/// arguments. Bodies are lowered on first use.
/// </summary>
public sealed class Function(string name, int parameterCount, int resultWidth, Func<(Node Body, int LocalCount)> lower)
{
    private readonly LazyBody _lowered = new(lower);

    /// <summary>Name in the definition.</summary>
    public string Name { get; } = name;

    /// <summary>Number of parameters.</summary>
    public int ParameterCount { get; } = parameterCount;

    /// <summary>Width of the result in bits, 0 where there is none.</summary>
    public int ResultWidth { get; } = resultWidth;

    /// <summary>The lowered body, a statement.</summary>
    /// <exception cref="IsaException">The text of this body has errors; a checked definition has none.</exception>
    public Node Body => _lowered.Get().Body;

    /// <summary>Locals that one activation needs, parameters included.</summary>
    /// <exception cref="IsaException">The text of this body has errors; a checked definition has none.</exception>
    public int LocalCount => _lowered.Get().LocalCount;
}

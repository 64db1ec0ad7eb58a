using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Lowering;

/// <summary>A name of a body: local variable, argument, loop count, or a value that a clause binds.</summary>
internal sealed class Local
{
    public required string Name { get; init; }

    /// <summary>Its value; null where its declaration was in error (nothing more is said about it then).</summary>
    public Node? Value { get; init; }

    /// <summary>Index for <see cref="Op.SetLocal"/>; -1 where it can't be assigned.</summary>
    public int Variable { get; init; } = -1;

    /// <summary>Known at load, such as a family's index.</summary>
    public Int128? Constant { get; init; }

    /// <summary>Fields of the value, as those of the register that it is a value of.</summary>
    public IReadOnlyList<Field> Fields { get; init; } = [];
}

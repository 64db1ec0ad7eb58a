using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

/// <summary>What the architecture says of floating point beyond IEEE 754, and where its flags are.</summary>
internal sealed class FloatDeclaration
{
    public required Token At { get; init; }

    /// <summary>The rules, as the bits of <see cref="Numerics.Floating.FloatMode"/> above the rounding mode.</summary>
    public uint Rules { get; set; }

    /// <summary>Places that flags are or'ed into: the flag's number, or -1 for all five.</summary>
    public List<(int Flag, Expression Place)> Accrue { get; } = [];

    /// <summary>What else every operation that accrues does.</summary>
    public List<Statement> Touch { get; } = [];

    /// <summary>The operations that accrue, by name.</summary>
    public Dictionary<string, FunctionDeclaration> Functions { get; } = [];

    public bool HasEffects => Accrue.Count > 0 || Touch.Count > 0;
}

using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

/// <summary>Traps that the processor may deliver late, as two vectors (patent fig. 5).</summary>
internal sealed class DelayedDeclaration
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    /// <summary>Classes of traps and their bits in V2.</summary>
    public List<(string Name, int Bit)> Classes { get; } = [];

    /// <summary>Register files and the bits of their first registers in V1.</summary>
    public List<(Token File, int First)> Masks { get; } = [];

    /// <summary>The call that delivers both vectors, as written.</summary>
    public Expression? Deliver { get; set; }

    /// <summary>The function made of it: arguments V2, V1.</summary>
    public FunctionDeclaration? Deliverer { get; set; }
}

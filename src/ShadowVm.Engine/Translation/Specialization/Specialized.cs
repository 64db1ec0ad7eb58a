using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Specialization;

/// <summary>
/// One instruction in the form that the emitters take: calls inlined, operands put in, constants computed.
/// <para>
/// Steps are SetLocal (of an expression, of a Load whose address is an expression, or of a Floating whose operands are:
/// its flags go to the next local), Store, ProbeStore, SetRegister, SetRegisterAt, If, Goto, Nullify and Raise.
/// Expressions have no effects and at most 64 bits, but for the upper
/// half of a product of 64-bit numbers: a Slice from bit 64 of a 128-bit Multiply of two extensions.
/// A Raise says no more than that the instruction is to be done by the reference interpreter.
/// </para>
/// </summary>
/// <param name="Steps">The steps in order.</param>
/// <param name="LocalCount">Locals they use.</param>
/// <param name="OpensSlot">Whether the next instruction stands in its delay slot.</param>
internal sealed record Specialized(Node[] Steps, int LocalCount, bool OpensSlot)
{
    private const int HalvesMax = 64;

    private readonly ulong _halves = HalvesOf(Steps);

    /// <summary>Whether the instruction may go elsewhere than to the next one.</summary>
    public bool Branches { get; } = Array.Exists(Steps, ContainsGoto);

    /// <summary>Whether some of it, a step or a part of an expression, is done on one of several paths alone.</summary>
    public bool HasPaths { get; } = Array.Exists(Steps, HasPathsIn);

    /// <summary>Whether a local has 32 bits, which are loaded or computed as such.</summary>
    public bool IsHalf(int local) => local < HalvesMax && (_halves >> local & 1) != 0;

    /// <summary>Whether each of the steps that are reached ends in a Raise or Goto.</summary>
    public static bool ContainsGoto(Node step) => step.Op switch
    {
        Op.Goto or Op.Nullify => true,
        Op.If => ContainsGoto(step.B!) || (step.C is not null && ContainsGoto(step.C)),
        Op.Block => Array.Exists(step.Items, ContainsGoto),
        _ => false,
    };

    /// <summary>Calls for each node of the steps.</summary>
    public void Visit(Action<Node> each)
    {
        foreach (var step in Steps) Visit(step, each);
    }

    /// <summary>Calls for a node and each of its parts.</summary>
    public static void Visit(Node n, Action<Node> each)
    {
        each(n);
        if (n.A is not null) Visit(n.A, each);
        if (n.B is not null) Visit(n.B, each);
        if (n.C is not null) Visit(n.C, each);
        foreach (var item in n.Items) Visit(item, each);
    }

    private static bool HasPathsIn(Node n) =>
        n.Op is Op.If or Op.Block or Op.Select
        || (n.A is not null && HasPathsIn(n.A)) || (n.B is not null && HasPathsIn(n.B)) || (n.C is not null && HasPathsIn(n.C))
        || Array.Exists(n.Items, HasPathsIn);

    /// <summary>A bit for each local that is set to 32 bits and to nothing else.</summary>
    private static ulong HalvesOf(Node[] steps)
    {
        var (halves, others) = (0UL, 0UL);
        foreach (var step in steps)
        {
            Visit(step, n =>
            {
                if (n.Op != Op.SetLocal || n.Index >= HalvesMax) return;
                var bit = 1UL << n.Index;
                if (n.A!.Op == Op.Floating) others |= bit | bit << 1; // its flags are the next
                else if (n.A.Width == 32) halves |= bit;
                else others |= bit;
            });
        }

        return halves & ~others;
    }
}

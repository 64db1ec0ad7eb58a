using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Specialization;

/// <summary>
/// Finds out whether the flags of a floating-point operation do no more than join those that a register has: a flag that
/// stands there already needn't be worked out again.
/// </summary>
internal static class StickyFlags
{
    /// <summary>The slot of the register that an operation's flags join, and nothing else is done with them; or null.</summary>
    /// <param name="steps">An instruction's steps.</param>
    /// <param name="flags">The local that gets the flags.</param>
    public static int? RegisterOf(Node[] steps, int flags)
    {
        int? slot = null;
        var (uses, joins) = (0, 0);
        foreach (var step in steps) Look(step);
        return uses == 1 && joins == 1 ? slot : null;

        void Look(Node n)
        {
            if (IsFlags(n)) uses++;
            if (n.Op == Op.SetRegister && n.A is { Op: Op.Or, A: { } a, B: { } b }
                && ((IsFlags(a) && IsOld(b, n.Index)) || (IsFlags(b) && IsOld(a, n.Index))))
            {
                joins++;
                slot = n.Index;
            }

            if (n.A is not null) Look(n.A);
            if (n.B is not null) Look(n.B);
            if (n.C is not null) Look(n.C);
            foreach (var item in n.Items) Look(item);
        }

        bool IsFlags(Node n) => n.Op == Op.Local && n.Index == flags;

        static bool IsOld(Node n, int slot) => n.Op == Op.Register && n.Index == slot;
    }
}

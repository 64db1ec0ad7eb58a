using System.Reflection;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Engine.Translation.Emission;

internal abstract partial class StepEmitter
{
    private static readonly MethodInfo Compute = ((Func<int, ulong, ulong, ulong, ulong, FloatResult>)FloatUnit.Compute).Method;

    private static readonly MethodInfo ValueOf = typeof(FloatResult).GetProperty(nameof(FloatResult.Value))!.GetMethod!;

    private static readonly MethodInfo FlagsOf = typeof(FloatResult).GetProperty(nameof(FloatResult.Flags))!.GetMethod!;

    /// <summary>Calls the one place where all tiers compute; its value goes to a local, its flags to the next.</summary>
    private void EmitFloating(Node n, int local)
    {
        if (StickyFlags.RegisterOf(_steps, local + 1) is { } set && FloatUnit.DirectSticky(n.Index) is { } sticky)
        {
            foreach (var item in n.Items) Expressions.Emit(item);
            LoadRegister(set);
            Il.Call(sticky);
        }
        else if (FloatUnit.Direct(n.Index) is { } direct)
        {
            foreach (var item in n.Items) Expressions.Emit(item);
            Il.Call(direct);
        }
        else
        {
            Il.Const32(n.Index);
            for (var i = 0; i < 3; i++)
            {
                if (i < n.Items.Length - 1) Expressions.Emit(n.Items[i]);
                else Il.Const(0);
            }

            Expressions.Emit(n.Items[^1]);
            Il.Call(Compute);
        }

        var both = Il.FloatLocal();
        Il.Set(both);
        Il.Part(both, ValueOf);
        Il.Set(_locals[local]);
        Il.Part(both, FlagsOf);
        Il.Set(_locals[local + 1]);
    }
}

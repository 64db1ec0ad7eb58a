using System.Reflection;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Engine.Translation.Emission;

internal abstract partial class StepEmitter
{
    private static readonly MethodInfo Compute = ((Func<int, ulong, ulong, ulong, ulong, FloatResult>)FloatUnit.Compute).Method;

    private static readonly MethodInfo ValueOf = typeof(FloatResult).GetProperty(nameof(FloatResult.Value))!.GetMethod!;

    private static readonly MethodInfo FlagsOf = typeof(FloatResult).GetProperty(nameof(FloatResult.Flags))!.GetMethod!;

    /// <summary>What code may take for granted of floating point, or null.</summary>
    protected virtual FloatTrust? Trust => null;

    /// <summary>Takes code that is seldom reached, to be emitted behind all that is.</summary>
    protected virtual void EmitLater(Action emit) => throw new InvalidOperationException("only a region has room behind its code");

    /// <summary>Puts the number that a register's value is on the stack.</summary>
    protected virtual void LoadNumber(int slot)
    {
        LoadRegister(slot);
        HostFloatEmission.AsNumber(Il);
    }

    /// <summary>Calls the one place where all tiers compute; its value goes to a local, its flags to the next.</summary>
    private void EmitFloating(Node n, int local)
    {
        if (Trust?.Covers(_instruction!, n, local) == true)
        {
            var takesNumbers = HostFloatEmission.TakesNumbers(n.Index);
            HostFloatEmission.Emit(
                Il,
                n,
                item => LoadOperand(item, takesNumbers),
                _locals[local],
                asksForZeros: !Trust.NoZeros,
                () => GiveUpAs(HostExit.OddNumber),
                EmitLater);
            Il.Const(0); // no flag that doesn't stand already
            Il.Set(_locals[local + 1]);
            return;
        }

        if (StickyFlags.RegisterOf(_instruction!.Steps, local + 1) is { } set && FloatUnit.DirectSticky(n.Index) is { } sticky)
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

    private void LoadOperand(Node item, bool isNumber)
    {
        if (!isNumber)
        {
            Expressions.Emit(item);
            return;
        }

        switch (item.Op)
        {
            case Op.Register:
                LoadNumber(item.Index);
                break;
            case Op.Local:
                HostFloatEmission.GetNumber(Il, _locals[item.Index]);
                break;
            default:
                Expressions.Emit(item);
                HostFloatEmission.AsNumber(Il);
                break;
        }
    }
}

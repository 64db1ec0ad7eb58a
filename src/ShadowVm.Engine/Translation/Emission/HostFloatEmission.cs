using System.Reflection;
using System.Reflection.Emit;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Floating-point operations as the host's own instructions, for regions that take for granted what
/// <see cref="Regions.FloatTrust"/> says: numbers stay in the host's floating-point registers, and a result that isn't an
/// ordinary number is left to the interpreter instead of a call that would cost the registers. That value and flags are the
/// same is <c>HostFloat</c>'s argument.
/// </summary>
internal static class HostFloatEmission
{
    // Exponents of ordinary numbers: neither zero nor subnormal, nor what may have been tiny; neither infinity nor NaN.
    private const int LeastExponent = 2;

    private static readonly MethodInfo ToBits = ((Func<double, ulong>)BitConverter.DoubleToUInt64Bits).Method;
    private static readonly MethodInfo ToNumber = ((Func<ulong, double>)BitConverter.UInt64BitsToDouble).Method;
    private static readonly MethodInfo ToBits32 = ((Func<float, uint>)BitConverter.SingleToUInt32Bits).Method;
    private static readonly MethodInfo ToNumber32 = ((Func<uint, float>)BitConverter.UInt32BitsToSingle).Method;
    private static readonly MethodInfo Root = ((Func<double, double>)Math.Sqrt).Method;
    private static readonly MethodInfo Root32 = ((Func<float, float>)MathF.Sqrt).Method;
    private static readonly MethodInfo Fused = ((Func<double, double, double, double>)Math.FusedMultiplyAdd).Method;
    private static readonly MethodInfo Fused32 = ((Func<float, float, float, float>)MathF.FusedMultiplyAdd).Method;
    private static readonly MethodInfo Magnitude = ((Func<double, double>)Math.Abs).Method;

    /// <summary>The type of locals that hold a number in double precision.</summary>
    public static Type Number => typeof(double);

    /// <summary>Whether a local holds a number, not bits.</summary>
    public static bool IsNumber(LocalBuilder local) => local.LocalType == typeof(double);

    /// <summary>Whether an operation's value is a number in double precision.</summary>
    public static bool GivesNumber(int code) =>
        FloatCode.ResultWidth(code) == 64 && FloatCode.FunctionOf(code) is not (FloatFunction.ToSigned64 or FloatFunction.ToUnsigned64);

    /// <summary>Whether an operation's operands are.</summary>
    public static bool TakesNumbers(int code) =>
        FloatCode.OperandWidth(code) == 64
        && FloatCode.FunctionOf(code) is not (FloatFunction.FromSigned64 or FloatFunction.FromUnsigned64);

    /// <summary>Whether there is an instruction for it.</summary>
    /// <param name="code">Function and format.</param>
    /// <param name="mode">The mode, where it is known; otherwise it rounds to even.</param>
    /// <param name="isSticky">Whether it needn't be known that the result is inexact.</param>
    public static bool Has(int code, ulong? mode, bool isSticky)
    {
        var rounding = (mode ?? FloatMode.RoundEven) & FloatMode.RoundMask;
        return (FloatCode.FunctionOf(code), FloatCode.IsDouble(code)) switch
        {
            ( <= FloatFunction.MultiplyAdd, _) => isSticky && rounding == FloatMode.RoundEven,
            (FloatFunction.CompareQuiet or FloatFunction.CompareSignaling, _) => true,
            (FloatFunction.FromSigned32 or FloatFunction.FromSigned64, true) => true,
            (FloatFunction.ToSigned32 or FloatFunction.ToSigned64, true) => isSticky && mode is not null && rounding == FloatMode.RoundZero,
            (FloatFunction.Convert, true) => true,
            (FloatFunction.Convert, false) => isSticky && rounding == FloatMode.RoundEven,
            _ => false,
        };
    }

    /// <summary>Puts a local's bits on the stack.</summary>
    public static void GetBits(IlWriter il, LocalBuilder local)
    {
        il.Get(local);
        if (IsNumber(local)) il.Call(ToBits);
        else if (IlWriter.IsHalf(local)) il.Op(OpCodes.Conv_U8);
    }

    /// <summary>Puts the number in a local on the stack.</summary>
    public static void GetNumber(IlWriter il, LocalBuilder local)
    {
        il.Get(local);
        if (IlWriter.IsHalf(local)) il.Op(OpCodes.Conv_U8);
        if (!IsNumber(local)) il.Call(ToNumber);
    }

    /// <summary>Sets a local to bits that are on the stack.</summary>
    public static void SetBits(IlWriter il, LocalBuilder local)
    {
        if (IsNumber(local)) il.Call(ToNumber);
        else if (IlWriter.IsHalf(local)) il.Op(OpCodes.Conv_I4);
        il.Set(local);
    }

    /// <summary>Sets a local to a number that is on the stack.</summary>
    public static void SetNumber(IlWriter il, LocalBuilder local)
    {
        if (!IsNumber(local)) il.Call(ToBits);
        il.Set(local);
    }

    /// <summary>Loads a number from the host address on the stack. No bit of it changes, whatever it is.</summary>
    public static void Read(IlWriter il)
    {
        il.Unaligned();
        il.Op(OpCodes.Ldind_R8);
    }

    /// <summary>Stores the number on the stack at the host address below it.</summary>
    public static void Write(IlWriter il)
    {
        il.Unaligned();
        il.Op(OpCodes.Stind_R8);
    }

    /// <summary>Bits that are on the stack become the number.</summary>
    public static void AsNumber(IlWriter il) => il.Call(ToNumber);

    /// <summary>Emits an operation whose value goes to a local.</summary>
    /// <param name="il">Where to.</param>
    /// <param name="n">The operation.</param>
    /// <param name="load">Puts an operand on the stack: as a number where it takes such, else as bits.</param>
    /// <param name="value">Gets the value.</param>
    /// <param name="asksForZeros">Whether a product or quotient that is zero may be ordinary.</param>
    /// <param name="odd">Where what isn't ordinary is left to others.</param>
    /// <param name="later">Takes code that is seldom reached, to be emitted behind all that is.</param>
    public static void Emit(
        IlWriter il, Node n, Action<Node> load, LocalBuilder value, bool asksForZeros, Func<Label> odd, Action<Action> later)
    {
        var (function, isDouble) = (FloatCode.FunctionOf(n.Index), FloatCode.IsDouble(n.Index));
        switch (function)
        {
            case <= FloatFunction.MultiplyAdd when isDouble:
                var operands = new List<LocalBuilder>();
                foreach (var item in n.Items.AsSpan(..^1))
                {
                    var operand = il.Local(Number);
                    load(item);
                    il.Set(operand);
                    operands.Add(operand);
                }

                operands.ForEach(il.Get);
                Operate(il, function, isDouble);
                if (IsExactWhereSmall(function))
                {
                    SetFinite(il, value, odd());
                }
                else if (asksForZeros && function is FloatFunction.Multiply or FloatFunction.Divide)
                {
                    var (asks, back) = UnlessExactZero(il, function, operands, value, odd(), later);
                    SetOrdinary(il, value, asks);
                    il.Mark(back);
                }
                else
                {
                    SetOrdinary(il, value, odd());
                }

                break;

            case <= FloatFunction.MultiplyAdd:
                foreach (var item in n.Items.AsSpan(..^1)) Operand(item);
                Operate(il, function, isDouble);
                if (IsExactWhereSmall(function)) SetFinite32(il, value, odd());
                else SetOrdinary32(il, value, odd());
                break;

            case FloatFunction.CompareQuiet or FloatFunction.CompareSignaling:
                foreach (var item in n.Items.AsSpan(..2)) Operand(item);
                il.Call(isDouble ? FloatUnit.Relation : FloatUnit.Relation32);
                il.Set(value);
                il.Get(value);
                il.Branch(OpCodes.Brfalse, odd());
                break;

            case FloatFunction.FromSigned32:
                load(n.Items[0]);
                il.Op(OpCodes.Conv_I4);
                il.Op(OpCodes.Conv_R8);
                SetNumber(il, value);
                break;

            case FloatFunction.FromSigned64:
                // What has no more bits than a number is one.
                load(n.Items[0]);
                il.Const(1L << 53);
                il.Op(OpCodes.Add);
                il.Const(1L << 54);
                il.Branch(OpCodes.Bgt_Un, odd());
                load(n.Items[0]);
                il.Op(OpCodes.Conv_R8);
                SetNumber(il, value);
                break;

            case FloatFunction.ToSigned32 or FloatFunction.ToSigned64:
                load(n.Items[0]);
                il.Call(Magnitude);
                il.Const(function == FloatFunction.ToSigned32 ? 1L << 31 : 1L << 62);
                il.Op(OpCodes.Conv_R8);
                il.Branch(OpCodes.Bge_Un, odd()); // or a NaN
                load(n.Items[0]);
                il.Op(function == FloatFunction.ToSigned32 ? OpCodes.Conv_I4 : OpCodes.Conv_I8);
                if (function == FloatFunction.ToSigned32) il.Op(OpCodes.Conv_U8);
                il.Set(value);
                break;

            case FloatFunction.Convert when isDouble:
                Operand32(n.Items[0]);
                il.Op(OpCodes.Conv_R8);
                SetFinite(il, value, odd());
                break;

            default:
                load(n.Items[0]);
                il.Op(OpCodes.Conv_R4);
                SetOrdinary32(il, value, odd());
                break;
        }

        void Operand(Node item)
        {
            if (isDouble) load(item);
            else Operand32(item);
        }

        void Operand32(Node item)
        {
            load(item);
            il.Op(OpCodes.Conv_U4);
            il.Call(ToNumber32);
        }
    }

    private static void Operate(IlWriter il, FloatFunction function, bool isDouble)
    {
        switch (function)
        {
            case FloatFunction.Add:
                il.Op(OpCodes.Add);
                break;
            case FloatFunction.Subtract:
                il.Op(OpCodes.Sub);
                break;
            case FloatFunction.Multiply:
                il.Op(OpCodes.Mul);
                break;
            case FloatFunction.Divide:
                il.Op(OpCodes.Div);
                break;
            case FloatFunction.SquareRoot:
                il.Call(isDouble ? Root : Root32);
                break;
            default:
                il.Call(isDouble ? Fused : Fused32);
                break;
        }
    }

    /// <summary>
    /// A zero is no ordinary number but often an exact one: a product, and a quotient, where a zero went in. Gives the label where
    /// that is asked, and the label behind the check that control comes back to.
    /// </summary>
    private static (Label Asks, Label Back) UnlessExactZero(
        IlWriter il, FloatFunction function, List<LocalBuilder> operands, LocalBuilder value, Label odd, Action<Action> later)
    {
        var (asks, back) = (il.Label(), il.Label());
        if (function == FloatFunction.Divide) operands.RemoveAt(1);
        later(() =>
        {
            il.Mark(asks);
            Zero(value);
            il.Branch(OpCodes.Bne_Un, odd);
            foreach (var zero in operands)
            {
                Zero(zero);
                il.Branch(OpCodes.Beq, back);
            }

            il.Branch(OpCodes.Br, odd);
        });
        return (asks, back);

        void Zero(LocalBuilder local)
        {
            GetNumber(il, local);
            il.Const(0);
            il.Op(OpCodes.Conv_R8);
        }
    }

    /// <summary>
    /// Whether a value among the smallest, be it zero or not even normal, is exact: so it is for a sum, which can't have digits below
    /// those of what it was made of. A root isn't that small.
    /// </summary>
    private static bool IsExactWhereSmall(FloatFunction function) =>
        function is FloatFunction.Add or FloatFunction.Subtract or FloatFunction.SquareRoot;

    /// <summary>Sets a local to what is on the stack, which is ordinary if it is a number at all.</summary>
    private static void SetFinite(IlWriter il, LocalBuilder value, Label odd)
    {
        var number = il.Local(Number);
        il.Set(number);
        BranchUnlessFinite(il, number, odd);
        il.Get(number);
        SetNumber(il, value);
    }

    private static void SetFinite32(IlWriter il, LocalBuilder value, Label odd)
    {
        var number = il.Local(typeof(float));
        il.Set(number);
        BranchUnlessFinite(il, number, odd);
        il.Get(number);
        il.Call(ToBits32);
        il.Op(OpCodes.Conv_U8);
        il.Set(value);
    }

    private static void BranchUnlessFinite(IlWriter il, LocalBuilder number, Label odd)
    {
        var nothing = il.Local(number.LocalType);
        il.Get(number);
        il.Get(number);
        il.Op(OpCodes.Sub);
        il.Set(nothing); // zero, or no number
        il.Get(nothing);
        il.Get(nothing);
        il.Branch(OpCodes.Bne_Un, odd);
    }

    private static void SetOrdinary(IlWriter il, LocalBuilder value, Label odd)
    {
        SetNumber(il, value);
        GetBits(il, value);
        il.Const32(32);
        il.Op(OpCodes.Shr_Un);
        il.Op(OpCodes.Conv_I4);
        BranchUnlessOrdinary(il, fraction: 20, largest: 0x7ff, odd);
    }

    private static void SetOrdinary32(IlWriter il, LocalBuilder value, Label odd)
    {
        var bits = il.Local(typeof(int));
        il.Call(ToBits32);
        il.Set(bits);
        GetBits(il, bits);
        il.Set(value);
        il.Get(bits);
        BranchUnlessOrdinary(il, fraction: 23, largest: 0xff, odd);
    }

    /// <summary>Looks at 32 bits with sign, exponent and so many of the fraction: with the sign gone, one comparison does.</summary>
    private static void BranchUnlessOrdinary(IlWriter il, int fraction, int largest, Label odd)
    {
        var least = (uint)LeastExponent << (fraction + 1);
        il.Const32(1);
        il.Op(OpCodes.Shl);
        il.Const32((int)-least);
        il.Op(OpCodes.Add);
        il.Const32((int)(((uint)largest << (fraction + 1)) - least));
        il.Branch(OpCodes.Bge_Un, odd);
    }
}

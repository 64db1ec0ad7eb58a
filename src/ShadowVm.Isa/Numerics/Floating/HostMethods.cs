using System.Reflection;

namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>The methods of <see cref="HostFloat"/> by what they do, for generated code.</summary>
internal static class HostMethods
{
    private delegate FloatResult One(ulong a, ulong mode);

    private delegate FloatResult Two(ulong a, ulong b, ulong mode);

    private delegate FloatResult Three(ulong a, ulong b, ulong c, ulong mode);

    private delegate FloatResult Four(ulong a, ulong b, ulong c, ulong mode, ulong set);

    /// <summary>Takes the operands and the mode; null for what the host's unit isn't used for.</summary>
    public static MethodInfo? Of(int code) => (FloatCode.FunctionOf(code), FloatCode.IsDouble(code)) switch
    {
        (FloatFunction.Add, true) => ((Two)HostFloat.Add64).Method,
        (FloatFunction.Add, false) => ((Two)HostFloat.Add32).Method,
        (FloatFunction.Subtract, true) => ((Two)HostFloat.Subtract64).Method,
        (FloatFunction.Subtract, false) => ((Two)HostFloat.Subtract32).Method,
        (FloatFunction.Multiply, true) => ((Two)HostFloat.Multiply64).Method,
        (FloatFunction.Multiply, false) => ((Two)HostFloat.Multiply32).Method,
        (FloatFunction.Divide, true) => ((Two)HostFloat.Divide64).Method,
        (FloatFunction.Divide, false) => ((Two)HostFloat.Divide32).Method,
        (FloatFunction.SquareRoot, true) => ((One)HostFloat.SquareRoot64).Method,
        (FloatFunction.SquareRoot, false) => ((One)HostFloat.SquareRoot32).Method,
        (FloatFunction.MultiplyAdd, true) => ((Three)HostFloat.MultiplyAdd64).Method,
        (FloatFunction.MultiplyAdd, false) => ((Three)HostFloat.MultiplyAdd32).Method,
        (FloatFunction.CompareQuiet, true) => ((Two)HostFloat.CompareQuiet64).Method,
        (FloatFunction.CompareQuiet, false) => ((Two)HostFloat.CompareQuiet32).Method,
        (FloatFunction.CompareSignaling, true) => ((Two)HostFloat.CompareSignaling64).Method,
        (FloatFunction.CompareSignaling, false) => ((Two)HostFloat.CompareSignaling32).Method,
        (FloatFunction.FromSigned32, true) => ((One)HostFloat.DoubleFromSigned32).Method,
        (FloatFunction.FromSigned64, true) => ((One)HostFloat.DoubleFromSigned64).Method,
        (FloatFunction.ToSigned32, true) => ((One)HostFloat.Signed32FromDouble).Method,
        (FloatFunction.ToSigned64, true) => ((One)HostFloat.Signed64FromDouble).Method,
        (FloatFunction.Convert, true) => ((One)HostFloat.DoubleFromSingle).Method,
        (FloatFunction.Convert, false) => ((One)HostFloat.SingleFromDouble).Method,
        _ => null,
    };

    /// <summary>Takes the operands, the mode and the flags that are set already; null where there is nothing to gain.</summary>
    public static MethodInfo? StickyOf(int code) => (FloatCode.FunctionOf(code), FloatCode.IsDouble(code)) switch
    {
        (FloatFunction.Add, true) => ((Three)HostFloat.AddSticky64).Method,
        (FloatFunction.Add, false) => ((Three)HostFloat.AddSticky32).Method,
        (FloatFunction.Subtract, true) => ((Three)HostFloat.SubtractSticky64).Method,
        (FloatFunction.Subtract, false) => ((Three)HostFloat.SubtractSticky32).Method,
        (FloatFunction.Multiply, true) => ((Three)HostFloat.MultiplySticky64).Method,
        (FloatFunction.Multiply, false) => ((Three)HostFloat.MultiplySticky32).Method,
        (FloatFunction.Divide, true) => ((Three)HostFloat.DivideSticky64).Method,
        (FloatFunction.Divide, false) => ((Three)HostFloat.DivideSticky32).Method,
        (FloatFunction.SquareRoot, true) => ((Two)HostFloat.SquareRootSticky64).Method,
        (FloatFunction.SquareRoot, false) => ((Two)HostFloat.SquareRootSticky32).Method,
        (FloatFunction.MultiplyAdd, true) => ((Four)HostFloat.MultiplyAddSticky64).Method,
        (FloatFunction.MultiplyAdd, false) => ((Four)HostFloat.MultiplyAddSticky32).Method,
        _ => null,
    };
}

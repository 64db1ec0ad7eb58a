using System.Reflection;

namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>
/// The one place through which every tier computes with floating-point numbers. Interpreter and generated code call
/// nothing else. Where the host's own floating-point unit provably gives the same value and flags it does the work
/// (<see cref="HostFloat"/>); all else is <see cref="SoftFloat{T}"/>.
/// </summary>
public static class FloatUnit
{
    /// <summary>Carries out a function.</summary>
    /// <param name="code">Function and format: <see cref="FloatCode.Number"/>.</param>
    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand, 0 where there is none.</param>
    /// <param name="c">Third operand, 0 where there is none.</param>
    /// <param name="mode">See <see cref="FloatMode"/>.</param>
    public static FloatResult Compute(int code, ulong a, ulong b, ulong c, ulong mode)
    {
        switch (FloatCode.FunctionOf(code), FloatCode.IsDouble(code))
        {
            case (FloatFunction.Add, true): return HostFloat.Add64(a, b, mode);
            case (FloatFunction.Subtract, true): return HostFloat.Subtract64(a, b, mode);
            case (FloatFunction.Multiply, true): return HostFloat.Multiply64(a, b, mode);
            case (FloatFunction.Divide, true): return HostFloat.Divide64(a, b, mode);
            case (FloatFunction.SquareRoot, true): return HostFloat.SquareRoot64(a, mode);
            case (FloatFunction.MultiplyAdd, true): return HostFloat.MultiplyAdd64(a, b, c, mode);
            case (FloatFunction.Add, false): return HostFloat.Add32(a, b, mode);
            case (FloatFunction.Subtract, false): return HostFloat.Subtract32(a, b, mode);
            case (FloatFunction.Multiply, false): return HostFloat.Multiply32(a, b, mode);
            case (FloatFunction.Divide, false): return HostFloat.Divide32(a, b, mode);
            case (FloatFunction.SquareRoot, false): return HostFloat.SquareRoot32(a, mode);
            case (FloatFunction.MultiplyAdd, false): return HostFloat.MultiplyAdd32(a, b, c, mode);
            case (FloatFunction.CompareQuiet, true): return HostFloat.CompareQuiet64(a, b, mode);
            case (FloatFunction.CompareQuiet, false): return HostFloat.CompareQuiet32(a, b, mode);
            case (FloatFunction.CompareSignaling, true): return HostFloat.CompareSignaling64(a, b, mode);
            case (FloatFunction.CompareSignaling, false): return HostFloat.CompareSignaling32(a, b, mode);
            case (FloatFunction.FromSigned32, true): return HostFloat.DoubleFromSigned32(a, mode);
            case (FloatFunction.FromSigned64, true): return HostFloat.DoubleFromSigned64(a, mode);
            case (FloatFunction.ToSigned32, true): return HostFloat.Signed32FromDouble(a, mode);
            case (FloatFunction.ToSigned64, true): return HostFloat.Signed64FromDouble(a, mode);
            case (FloatFunction.Convert, true): return HostFloat.DoubleFromSingle(a, mode);
            case (FloatFunction.Convert, false): return HostFloat.SingleFromDouble(a, mode);
        }

        return ComputeSoftly(code, a, b, c, mode);
    }

    /// <summary>
    /// What <see cref="Compute(int, ulong, ulong, ulong, ulong)"/> does for one function, without asking which: a method that
    /// takes its operands and the mode, for generated code; null for functions that aren't worth one.
    /// </summary>
    /// <param name="code">Function and format.</param>
    public static MethodInfo? Direct(int code) => HostMethods.Of(code);

    /// <summary>
    /// The same for an operation whose flags do no more than join those that a register has already: it takes these behind the
    /// mode, and may leave out of its flags what they have. Null where that saves nothing.
    /// </summary>
    /// <param name="code">Function and format.</param>
    public static MethodInfo? DirectSticky(int code) => HostMethods.StickyOf(code);

    /// <summary>Which relation two numbers in double precision are in, as comparisons give it; 0 where a NaN is in none.</summary>
    public static MethodInfo Relation => HostFloat.RelationMethod;

    /// <summary>The same for single precision.</summary>
    public static MethodInfo Relation32 => HostFloat.RelationMethod32;

    /// <summary>As the other, by <see cref="SoftFloat{T}"/> alone: what the host's unit is checked against.</summary>
    internal static FloatResult ComputeSoftly(int code, ulong a, ulong b, ulong c, ulong mode) => FloatCode.IsDouble(code)
        ? Compute<Binary64, Binary32>(FloatCode.FunctionOf(code), a, b, c, (uint)mode)
        : Compute<Binary32, Binary64>(FloatCode.FunctionOf(code), a, b, c, (uint)mode);

    private static FloatResult Compute<T, TOther>(FloatFunction function, ulong a, ulong b, ulong c, uint mode)
        where T : struct, IFloatFormat
        where TOther : struct, IFloatFormat => function switch
        {
            FloatFunction.Add => SoftFloat<T>.Add(a, b, mode),
            FloatFunction.Subtract => SoftFloat<T>.Subtract(a, b, mode),
            FloatFunction.Multiply => SoftFloat<T>.Multiply(a, b, mode),
            FloatFunction.Divide => SoftFloat<T>.Divide(a, b, mode),
            FloatFunction.SquareRoot => SoftFloat<T>.SquareRoot(a, mode),
            FloatFunction.MultiplyAdd => SoftFloat<T>.MultiplyAdd(a, b, c, mode),
            FloatFunction.Minimum => SoftFloat<T>.Minimum(a, b, mode),
            FloatFunction.Maximum => SoftFloat<T>.Maximum(a, b, mode),
            FloatFunction.CompareQuiet => SoftFloat<T>.Compare(a, b, false, mode),
            FloatFunction.CompareSignaling => SoftFloat<T>.Compare(a, b, true, mode),
            FloatFunction.Classify => SoftFloat<T>.Classify(a, mode),
            FloatFunction.ToSigned32 => SoftFloat<T>.ToInteger(a, 32, true, mode),
            FloatFunction.ToSigned64 => SoftFloat<T>.ToInteger(a, 64, true, mode),
            FloatFunction.ToUnsigned32 => SoftFloat<T>.ToInteger(a, 32, false, mode),
            FloatFunction.ToUnsigned64 => SoftFloat<T>.ToInteger(a, 64, false, mode),
            FloatFunction.FromSigned32 => SoftFloat<T>.FromInteger(a, 32, true, mode),
            FloatFunction.FromSigned64 => SoftFloat<T>.FromInteger(a, 64, true, mode),
            FloatFunction.FromUnsigned32 => SoftFloat<T>.FromInteger(a, 32, false, mode),
            FloatFunction.FromUnsigned64 => SoftFloat<T>.FromInteger(a, 64, false, mode),
            FloatFunction.Convert => SoftFloat<TOther>.ConvertTo<T>(a, mode),
            _ => SoftFloat<T>.ToIntegral(a, mode),
        };
}

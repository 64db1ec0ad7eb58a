namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>
/// The one place through which every tier computes with floating-point numbers. Interpreter and generated code call
/// nothing else, so that where a host's own floating-point unit provably gives the same value and flags, it can take a
/// function over here, and only here; nothing does so far, all of it is <see cref="SoftFloat{T}"/>.
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
        var function = FloatCode.FunctionOf(code);
        return FloatCode.IsDouble(code)
            ? Compute<Binary64, Binary32>(function, a, b, c, (uint)mode)
            : Compute<Binary32, Binary64>(function, a, b, c, (uint)mode);
    }

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

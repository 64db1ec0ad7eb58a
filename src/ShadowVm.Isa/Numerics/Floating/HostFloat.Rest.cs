using System.Runtime.CompilerServices;

namespace ShadowVm.Isa.Numerics.Floating;

/// <content>
/// What is left where the host's unit isn't for it, out of line: zeros, whose sums, products and quotients with ordinary
/// numbers are exact, and everything else, which arithmetic on integers does.
/// </content>
internal static partial class HostFloat
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult AddRest64(ulong a, ulong b, ulong mode) => IsZeroWithSafe(a, b) && RoundsEven(mode)
        ? Result(Double(a) + Double(b), isInexact: false)
        : SoftFloat<Binary64>.Add(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SubtractRest64(ulong a, ulong b, ulong mode) => IsZeroWithSafe(a, b) && RoundsEven(mode)
        ? Result(Double(a) - Double(b), isInexact: false)
        : SoftFloat<Binary64>.Subtract(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyRest64(ulong a, ulong b, ulong mode) => IsZeroWithSafe(a, b) && RoundsEven(mode)
        ? Result(Double(a) * Double(b), isInexact: false)
        : SoftFloat<Binary64>.Multiply(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult DivideRest64(ulong a, ulong b, ulong mode) => IsZero(a) && IsSafe(b) && RoundsEven(mode)
        ? Result(Double(a) / Double(b), isInexact: false)
        : SoftFloat<Binary64>.Divide(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SquareRootRest64(ulong a, ulong mode) => SoftFloat<Binary64>.SquareRoot(a, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyAddRest64(ulong a, ulong b, ulong c, ulong mode) =>
        SoftFloat<Binary64>.MultiplyAdd(a, b, c, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult AddRest32(ulong a, ulong b, ulong mode) => IsZeroWithSafe32(a, b) && RoundsEven(mode)
        ? Result(Single(a) + Single(b), isInexact: false)
        : SoftFloat<Binary32>.Add(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SubtractRest32(ulong a, ulong b, ulong mode) => IsZeroWithSafe32(a, b) && RoundsEven(mode)
        ? Result(Single(a) - Single(b), isInexact: false)
        : SoftFloat<Binary32>.Subtract(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyRest32(ulong a, ulong b, ulong mode) => IsZeroWithSafe32(a, b) && RoundsEven(mode)
        ? Result(Single(a) * Single(b), isInexact: false)
        : SoftFloat<Binary32>.Multiply(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult DivideRest32(ulong a, ulong b, ulong mode) => IsZero32(a) && IsSafe32(b) && RoundsEven(mode)
        ? Result(Single(a) / Single(b), isInexact: false)
        : SoftFloat<Binary32>.Divide(a, b, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SquareRootRest32(ulong a, ulong mode) => SoftFloat<Binary32>.SquareRoot(a, (uint)mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyAddRest32(ulong a, ulong b, ulong c, ulong mode) =>
        SoftFloat<Binary32>.MultiplyAdd(a, b, c, (uint)mode);

    private static bool IsZeroWithSafe(ulong a, ulong b) => (IsZero(a) && (IsZero(b) || IsSafe(b))) || (IsZero(b) && IsSafe(a));

    private static bool IsZeroWithSafe32(ulong a, ulong b) =>
        (IsZero32(a) && (IsZero32(b) || IsSafe32(b))) || (IsZero32(b) && IsSafe32(a));

    private static bool IsZero(ulong bits) => bits << 1 == 0;

    private static bool IsZero32(ulong bits) => (uint)bits << 1 == 0;
}

namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>The closed list of floating-point built-ins: each function in each format, by number and by name.</summary>
public static class FloatCode
{
    private const int DoubleBit = 1 << 8;

    private static readonly (string Name, int Operands, bool Rounds)[] Functions =
    [
        ("add", 2, true), ("sub", 2, true), ("mul", 2, true), ("div", 2, true), ("sqrt", 1, true), ("fma", 3, true),
        ("min", 2, false), ("max", 2, false), ("cmp.quiet", 2, false), ("cmp.signaling", 2, false), ("class", 1, false),
        ("to_int.32", 1, true), ("to_int.64", 1, true), ("to_uint.32", 1, true), ("to_uint.64", 1, true),
        ("from_int.32", 1, true), ("from_int.64", 1, true), ("from_uint.32", 1, true), ("from_uint.64", 1, true),
        ("convert", 1, true), ("round", 1, true),
    ];

    /// <summary>The numbers of all of them.</summary>
    public static IEnumerable<int> All
    {
        get
        {
            for (var function = 0; function < Functions.Length; function++)
            {
                yield return function;
                yield return function | DoubleBit;
            }
        }
    }

    /// <summary>The number of a function in a format.</summary>
    public static int Number(FloatFunction function, bool isDouble) => (int)function | (isDouble ? DoubleBit : 0);

    /// <summary>The function that a number stands for.</summary>
    public static FloatFunction FunctionOf(int code) => (FloatFunction)(code & (DoubleBit - 1));

    /// <summary>Whether it is double precision that a number stands for.</summary>
    public static bool IsDouble(int code) => (code & DoubleBit) != 0;

    /// <summary>The name in the language.</summary>
    public static string NameOf(int code) => (IsDouble(code) ? "f64." : "f32.") + Functions[(int)FunctionOf(code)].Name;

    /// <summary>How many numbers it takes, 1 to 3.</summary>
    public static int OperandsOf(int code) => Functions[(int)FunctionOf(code)].Operands;

    /// <summary>Whether a rounding mode comes behind the numbers.</summary>
    public static bool Rounds(int code) => Functions[(int)FunctionOf(code)].Rounds;

    /// <summary>Width of what it takes, in bits.</summary>
    public static int OperandWidth(int code) => FunctionOf(code) switch
    {
        FloatFunction.FromSigned32 or FloatFunction.FromUnsigned32 => 32,
        FloatFunction.FromSigned64 or FloatFunction.FromUnsigned64 => 64,
        FloatFunction.Convert => IsDouble(code) ? 32 : 64,
        _ => IsDouble(code) ? 64 : 32,
    };

    /// <summary>Width of the value that it gives, in bits.</summary>
    public static int ResultWidth(int code) => FunctionOf(code) switch
    {
        FloatFunction.CompareQuiet or FloatFunction.CompareSignaling => 4,
        FloatFunction.Classify => 10,
        FloatFunction.ToSigned32 or FloatFunction.ToUnsigned32 => 32,
        FloatFunction.ToSigned64 or FloatFunction.ToUnsigned64 => 64,
        _ => IsDouble(code) ? 64 : 32,
    };

    /// <summary>The number of a name, or -1.</summary>
    public static int Find(string name)
    {
        if (name.Length < 5 || name[0] != 'f' || name[3] != '.' || name[1..3] is not ("32" or "64"))
            return -1;
        var function = Array.FindIndex(Functions, each => name.AsSpan(4).SequenceEqual(each.Name));
        return function < 0 ? -1 : Number((FloatFunction)function, name[1] == '6');
    }

    /// <summary>The default NaN of a format.</summary>
    public static ulong DefaultNan(bool isDouble, uint mode) =>
        isDouble ? SoftFloat<Binary64>.DefaultNan(mode) : SoftFloat<Binary32>.DefaultNan(mode);
}

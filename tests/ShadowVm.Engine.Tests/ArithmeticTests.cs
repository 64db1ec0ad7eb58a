using System.Numerics;
using CsCheck;
using ShadowVm.Engine.Tests.World;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Tests;

/// <summary>
/// Every operator at every width from 1 to 128 bits against arithmetic on whole numbers without bounds. The values
/// are those at which something happens, and others.
/// </summary>
public class ArithmeticTests
{
    private static readonly Op[] Binary =
    [
        Op.Add, Op.Subtract, Op.Multiply, Op.DivideUnsigned, Op.DivideSigned, Op.RemainderUnsigned, Op.RemainderSigned,
        Op.And, Op.Or, Op.Xor, Op.ShiftLeft, Op.ShiftRight, Op.ShiftRightSigned, Op.Equal, Op.NotEqual,
        Op.LessUnsigned, Op.LessSigned, Op.LessOrEqualUnsigned, Op.LessOrEqualSigned,
    ];

    private static readonly Gen<(int Width, UInt128 A, UInt128 B)> Pairs =
        from width in Gen.Frequency((3, Gen.Int[1, 128]), (2, Gen.OneOf(1, 8, 31, 32, 33, 63, 64, 65, 127, 128)))
        from a in Value(width)
        from b in Value(width)
        select (width, a, b);

    private static readonly Gen<(int Width, UInt128 A)> Turned =
        from width in Gen.OneOf(32, 64)
        from value in Value(width)
        select (width, value);

    [Fact]
    public void Operators_of_two_values() => Sample(
        Gen.Select(Gen.OneOf(Binary), Pairs),
        (op, pair) => (Node(op, IsComparison(op) ? 1 : pair.Width, pair), Expected(op, pair)));

    [Fact]
    public void Shifts_by_amounts_of_another_width() => Sample(
        Gen.Select(Gen.OneOf(Op.ShiftLeft, Op.ShiftRight, Op.ShiftRightSigned), Pairs, Pairs),
        (op, value, amount) => (
            new Node { Op = op, Width = value.Width, A = Constant(value.A, value.Width), B = Constant(amount.A, amount.Width) },
            Expected(op, (value.Width, value.A, amount.A))));

    [Fact]
    public void Operators_of_one_value() => Sample(
        Gen.Select(Gen.OneOf(Op.Not, Op.Negate), Pairs),
        (op, pair) => (
            new Node { Op = op, Width = pair.Width, A = Constant(pair.A, pair.Width) },
            op == Op.Not ? ~(BigInteger)pair.A : -(BigInteger)pair.A));

    [Fact]
    public void Counts_of_bits() => Sample(
        Gen.Select(Gen.OneOf(Op.LeadingZeros, Op.TrailingZeros, Op.CountOnes), Pairs.Where(pair => pair.Width <= 64)),
        (op, pair) =>
        {
            var bits = Enumerable.Range(0, pair.Width).Select(i => ((BigInteger)pair.A >> i) & 1).ToList();
            if (op == Op.LeadingZeros) bits.Reverse();
            var count = op == Op.CountOnes ? bits.Count(bit => bit == 1) : bits.TakeWhile(bit => bit == 0).Count();
            return (new Node { Op = op, Width = 7, A = Constant(pair.A, pair.Width) }, count);
        });

    [Fact]
    public void Bytes_in_reverse_order() => Sample(
        from bytes in Gen.Int[1, 8]
        from value in Value(bytes * 8)
        select (bytes, value),
        (bytes, value) => (
            new Node { Op = Op.ReverseBytes, Width = bytes * 8, A = Constant(value, bytes * 8) },
            Enumerable.Range(0, bytes).Aggregate(
                BigInteger.Zero, (sum, i) => (sum << 8) | (((BigInteger)value >> (8 * i)) & 0xff))));

    [Fact]
    public void Rotations() => Sample(
        Gen.Select(Gen.Bool, Turned, Pairs),
        (left, value, amount) =>
        {
            var turn = (int)((BigInteger)amount.A % value.Width);
            if (!left) turn = value.Width - turn;
            return (
                new Node
                {
                    Op = left ? Op.RotateLeft : Op.RotateRight,
                    Width = value.Width,
                    A = Constant(value.A, value.Width),
                    B = Constant(amount.A, amount.Width),
                },
                ((BigInteger)value.A << turn) | ((BigInteger)value.A >> (value.Width - turn)));
        });

    [Fact]
    public void Widening() => Sample(
        Gen.Select(Gen.Bool, Pairs, Gen.Int[1, 128]),
        (sign, pair, to) => (
            new Node
            {
                Op = sign ? Op.SignExtend : Op.ZeroExtend,
                Width = Math.Max(to, pair.Width),
                A = Constant(pair.A, pair.Width),
            },
            sign ? Signed(pair.A, pair.Width) : pair.A));

    [Fact]
    public void Slices() => Sample(
        Gen.Select(Pairs, Gen.Int[0, 127], Gen.Int[1, 128]),
        (pair, low, width) =>
        {
            low %= pair.Width;
            return (
                new Node
                {
                    Op = Op.Slice,
                    Index = low,
                    Width = Math.Min(width, pair.Width - low),
                    A = Constant(pair.A, pair.Width),
                },
                (BigInteger)pair.A >> low);
        });

    [Fact]
    public void Slices_at_a_computed_bit() => Sample(
        Gen.Select(Pairs, Pairs, Gen.Int[1, 128]),
        (pair, at, width) => (
            new Node
            {
                Op = Op.SliceAt,
                Width = Math.Min(width, pair.Width),
                A = Constant(pair.A, pair.Width),
                B = Constant(at.A, at.Width),
            },
            (BigInteger)pair.A >> Amount(at.A)));

    [Fact]
    public void Concatenations() => Sample(
        Gen.Select(Pairs, Gen.Int[1, 127], Gen.Int[1, 127]),
        (pair, high, low) =>
        {
            high = Math.Min(high, 128 - low);
            var (a, b) = (pair.A & Mask(high), pair.B & Mask(low));
            return (
                new Node { Op = Op.Concat, Width = high + low, A = Constant(a, high), B = Constant(b, low) },
                ((BigInteger)a << low) | b);
        });

    [Fact]
    public void Only_the_chosen_side_of_a_selection_is_evaluated()
    {
        using var toy = new Toy();
        var outside = new Node { Op = Op.Load, Width = 64, A = Constant(0xdead0000, 64) };
        foreach (var one in new[] { 0u, 1u })
        {
            var value = Constant(7, 64);
            var select = new Node
            {
                Op = Op.Select,
                Width = 64,
                A = Constant(one, 1),
                B = one == 1 ? value : outside,
                C = one == 1 ? outside : value,
            };
            Assert.Equal((UInt128)7, Evaluate(toy, select));
        }
    }

    /// <summary>Evaluates what the generator makes; a result that differs, or has a bit above its width, fails.</summary>
    private static void Sample<T1, T2>(Gen<(T1, T2)> gen, Func<T1, T2, (Node Node, BigInteger Expected)> make) =>
        Sample(gen.Select(t => make(t.Item1, t.Item2)));

    private static void Sample<T1, T2, T3>(
        Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, (Node Node, BigInteger Expected)> make) =>
        Sample(gen.Select(t => make(t.Item1, t.Item2, t.Item3)));

    private static void Sample(Gen<(Node Node, BigInteger Expected)> cases)
    {
        using var toy = new Toy();
        cases.Sample(
            item => Evaluate(toy, item.Node) == (UInt128)(item.Expected & (BigInteger)Mask(item.Node.Width)),
            iter: 30_000,
            threads: 1,
            print: item => $"{Print(item.Node)} should be {item.Expected} mod 2^{item.Node.Width}, " +
                $"is {Evaluate(toy, item.Node)}");
    }

    /// <summary>Both halves of a value, through the narrow way and through the wide one.</summary>
    private static UInt128 Evaluate(Toy toy, Node node)
    {
        if (node.Width <= 64) return toy.Engine.Ask(Returning(node));
        var low = toy.Engine.Ask(Returning(new Node { Op = Op.Slice, Width = 64, Index = 0, A = node }));
        var high = toy.Engine.Ask(
            Returning(new Node { Op = Op.Slice, Width = node.Width - 64, Index = 64, A = node }));
        return new UInt128(high, low);
    }

    private static Function Returning(Node value) =>
        new("value", 0, value.Width, () => (new Node { Op = Op.Return, A = value }, 0));

    private static Gen<UInt128> Value(int width) =>
        Gen.Frequency(
            (1, Gen.OneOf<UInt128>(0, 1, 2, 3, 7, 31, 32, 63, 64, 127, 128)),
            (1, Gen.OneOf<UInt128>(0, 1, 2).Select(v => 0 - v)),
            (1, Gen.OneOf<UInt128>(0, 1, 2).Select(v => (UInt128.One << (width - 1)) - 1 + v)),
            (1, Gen.Int[0, 127].Select(bit => UInt128.One << bit)),
            (2, Gen.Select(Gen.ULong, Gen.ULong).Select((high, low) => new UInt128(high, low))))
        .Select(v => v & Mask(width));

    private static BigInteger Expected(Op op, (int Width, UInt128 A, UInt128 B) pair)
    {
        var (width, a, b) = (pair.Width, (BigInteger)pair.A, (BigInteger)pair.B);
        var (sa, sb) = (Signed(pair.A, width), Signed(pair.B, width));
        return op switch
        {
            Op.Add => a + b,
            Op.Subtract => a - b,
            Op.Multiply => a * b,
            Op.DivideUnsigned => b == 0 ? -1 : a / b,
            Op.DivideSigned => b == 0 ? -1 : sa / sb,
            Op.RemainderUnsigned => b == 0 ? a : a % b,
            Op.RemainderSigned => b == 0 ? a : sa % sb,
            Op.And => a & b,
            Op.Or => a | b,
            Op.Xor => a ^ b,
            Op.ShiftLeft => a << Amount(pair.B),
            Op.ShiftRight => a >> Amount(pair.B),
            Op.ShiftRightSigned => sa >> Amount(pair.B),
            Op.Equal => Bit(a == b),
            Op.NotEqual => Bit(a != b),
            Op.LessUnsigned => Bit(a < b),
            Op.LessSigned => Bit(sa < sb),
            Op.LessOrEqualUnsigned => Bit(a <= b),
            _ => Bit(sa <= sb),
        };
    }

    private static Node Node(Op op, int width, (int Width, UInt128 A, UInt128 B) pair) => new()
    {
        Op = op,
        Width = width,
        A = Constant(pair.A, pair.Width),
        B = Constant(pair.B, pair.Width),
    };

    private static Node Constant(UInt128 value, int width) => new() { Op = Op.Const, Width = width, Value = value };

    private static bool IsComparison(Op op) => op is >= Op.Equal and <= Op.LessOrEqualSigned;

    private static BigInteger Bit(bool value) => value ? 1 : 0;

    private static int Amount(UInt128 value) => value > 1000 ? 1000 : (int)value;

    private static UInt128 Mask(int width) => UInt128.MaxValue >> (128 - width);

    private static BigInteger Signed(UInt128 value, int width) =>
        (value >> (width - 1)) == 0 ? value : (BigInteger)value - (BigInteger.One << width);

    private static string Print(Node n) => n.Op == Op.Const
        ? $"{n.Value}:{n.Width}"
        : $"{n.Op}.{n.Width}[{n.Index}]({(n.A is null ? "" : Print(n.A))}, {(n.B is null ? "" : Print(n.B))})";
}

using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Specialization;

/// <summary>
/// Instructions that follow each other, each in the light of what those before it left in registers: two shifts that cut a number,
/// two that turn it around and the Or of both, a comparison whose result a branch looks at, an address of which one instruction
/// has the upper part and the next the rest. Every register is written as before; what nobody reads any more the compiler leaves out.
/// </summary>
internal sealed class Combiner
{
    // Longer values aren't put together from others once more.
    private const int NodesMax = 8;

    private readonly Dictionary<int, Node> _known = []; // values of registers, of others that haven't changed since
    private readonly Dictionary<int, Node> _constants = []; // the instruction's locals

    private Combiner()
    {
    }

    /// <summary>Combines a run of instructions that is entered at the first one alone.</summary>
    public static Specialized[] Of(IReadOnlyList<Specialized> instructions)
    {
        var (combiner, combined) = (new Combiner(), new Specialized[instructions.Count]);
        for (var i = 0; i < combined.Length; i++)
        {
            combined[i] = combiner.Rewritten(instructions[i]);
            // What stands in a slot may be passed over.
            combiner.Pass(combined[i], isCertain: i == 0 || !instructions[i - 1].OpensSlot);
        }

        return combined;
    }

    private Specialized Rewritten(Specialized instruction)
    {
        if (_known.Count == 0) return instruction;
        _constants.Clear();
        var (steps, changes) = (new Node[instruction.Steps.Length], false);
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i] = Rewritten(instruction.Steps[i]);
            changes |= step != instruction.Steps[i];
            if (step is { Op: Op.SetLocal, A.Op: Op.Const } && IsSetOnce(instruction, step.Index)) _constants.Add(step.Index, step.A);
        }

        var needed = Array.FindAll(steps, step => !WritesWhatIsThere(step, steps));
        return changes || needed.Length < steps.Length
            ? new Specialized(needed, instruction.LocalCount, instruction.OpensSlot)
            : instruction;
    }

    /// <summary>Whether a step writes to a register the constant that it holds, and no other one writes to it.</summary>
    private bool WritesWhatIsThere(Node step, Node[] steps)
    {
        if (step is not { Op: Op.SetRegister, A: { Op: Op.Const } constant }) return false;
        if (!_known.TryGetValue(step.Index, out var value) || value.Op != Op.Const || value.Value != constant.Value) return false;
        var times = 0;
        foreach (var each in steps)
            Specialized.Visit(each, n => times += n.Op == Op.SetRegister && n.Index == step.Index ? 1 : 0);
        return times == 1;
    }

    private static bool IsSetOnce(Specialized instruction, int local)
    {
        var times = 0;
        instruction.Visit(n => times += n.Op == Op.SetLocal && n.Index == local ? 1 : 0);
        return times == 1;
    }

    /// <summary>Remembers what an instruction writes, and forgets what was made of that.</summary>
    private void Pass(Specialized instruction, bool isCertain)
    {
        var written = new Dictionary<int, int>(); // and how often: all of them are known where all operands are
        instruction.Visit(n =>
        {
            if (n.Op == Op.SetRegister) written[n.Index] = written.GetValueOrDefault(n.Index) + 1;
        });
        if (written.Count == 0) return;
        foreach (var (slot, value) in _known)
        {
            if (written.ContainsKey(slot) || Reads(value, written)) _known.Remove(slot);
        }

        foreach (var step in isCertain ? instruction.Steps : [])
        {
            if (step.Op == Op.SetRegister && written[step.Index] == 1 && IsOfRegisters(step.A!, NodesMax) > 0
                && !Reads(step.A!, written))
            {
                _known.Add(step.Index, step.A!);
            }
        }
    }

    private static bool Reads(Node n, Dictionary<int, int> slots) =>
        (n.Op == Op.Register && slots.ContainsKey(n.Index))
        || (n.A is not null && Reads(n.A, slots)) || (n.B is not null && Reads(n.B, slots)) || (n.C is not null && Reads(n.C, slots));

    /// <summary>How many of so many nodes are left where a value is of registers and constants alone; 0 or less where it isn't.</summary>
    private static int IsOfRegisters(Node n, int left)
    {
        if (n.Items.Length > 0 || n.Op is Op.Local or Op.Load or Op.RegisterAt || --left <= 0) return 0;
        foreach (var part in new[] { n.A, n.B, n.C })
        {
            if (part is not null) left = IsOfRegisters(part, left);
        }

        return left;
    }

    private Node Rewritten(Node n)
    {
        if (n.Op == Op.Local) return _constants.GetValueOrDefault(n.Index, n);
        if (n.A is null && n.Items.Length == 0) return n;
        var (a, b, c) = (n.A is null ? null : Rewritten(n.A), n.B is null ? null : Rewritten(n.B), n.C is null ? null : Rewritten(n.C));
        var items = n.Items.Length == 0 ? n.Items : Array.ConvertAll(n.Items, Rewritten);
        var isSame = a == n.A && b == n.B && c == n.C && items.AsSpan().SequenceEqual(n.Items);
        var whole = isSame
            ? n
            : new Node { Op = n.Op, Width = n.Width, Index = n.Index, Value = n.Value, A = a, B = b, C = c, Items = items };
        if (whole.Op == Op.If && Fold.IsConst(whole.A!)) return (Fold.Value(whole.A!) != 0 ? whole.B : whole.C) ?? Nothing;
        return Constant(whole) ?? Cut(whole) ?? Turned(whole) ?? Scaled(whole) ?? Compared(whole) ?? whole;
    }

    private static Node Nothing { get; } = new() { Op = Op.Block };

    /// <summary>What a register holds, where that is known; else the value itself.</summary>
    private Node Behind(Node n) => n.Op == Op.Register && _known.TryGetValue(n.Index, out var value) && value.Width == n.Width ? value : n;

    /// <summary>A value of which all is known.</summary>
    private Node? Constant(Node n)
    {
        switch (n.Op)
        {
            case Op.Add or Op.Subtract or Op.And or Op.Or or Op.Xor or Op.ShiftLeft or Op.ShiftRight or Op.ShiftRightSigned:
                {
                    var (a, b) = (Behind(n.A!), Behind(n.B!));
                    return Fold.IsConst(a) && Fold.IsConst(b) && Fold.Binary(n.Op, a, b) is { Op: Op.Const } value ? value : null;
                }

            case Op.SignExtend or Op.ZeroExtend when n.Width <= 64 && Behind(n.A!) is { Op: Op.Const } a:
                return n.Op == Op.SignExtend ? Fold.SignExtend(a, n.Width) : Fold.ZeroExtend(a, n.Width);

            case Op.Slice when Behind(n.A!) is { Op: Op.Const } a:
                return Fold.Slice(a, n.Index, n.Width);

            case Op.Equal or Op.NotEqual or Op.LessUnsigned or Op.LessSigned or Op.LessOrEqualUnsigned or Op.LessOrEqualSigned:
                {
                    var (a, b) = (Behind(n.A!), Behind(n.B!));
                    return Fold.IsConst(a) && Fold.IsConst(b) ? Fold.Compare(n.Op, a, b) : null;
                }

            case Op.Goto when Behind(n.A!) is { Op: Op.Const } target:
                return new Node { Op = Op.Goto, A = target };

            default:
                return null;
        }
    }

    /// <summary>Shifted left and right again: the lower part of a number, with zeros or its sign above.</summary>
    private Node? Cut(Node n)
    {
        if (n.Op is not (Op.ShiftRight or Op.ShiftRightSigned) || !Fold.IsConst(n.B!)) return null;
        if (Behind(n.A!) is not { Op: Op.ShiftLeft } up || !Fold.IsConst(up.B!)) return null;
        var (left, right) = (Fold.Value(up.B!), Fold.Value(n.B!));
        if (left >= (ulong)n.Width || right >= (ulong)n.Width) return null;
        var width = n.Width - (int)left;
        if (width is not (8 or 16 or 32)) return null;
        var part = Fold.Slice(up.A!, 0, width);
        if (right > left) part = Fold.Binary(n.Op, part, Fold.Const(right - left, width));
        part = n.Op == Op.ShiftRight ? Fold.ZeroExtend(part, n.Width) : Fold.SignExtend(part, n.Width);
        return left > right ? Fold.Binary(Op.ShiftLeft, part, Fold.Const(left - right, n.Width)) : part;
    }

    /// <summary>A number shifted to the one side, and to the other what that lost.</summary>
    private Node? Turned(Node n)
    {
        if (n.Op is not (Op.Or or Op.Xor)) return null;
        var (a, b) = (Behind(n.A!), Behind(n.B!));
        if (a.Op == Op.SignExtend && b.Op == Op.SignExtend && a.A!.Width == b.A!.Width)
        {
            return TurnOf(a.A, b.A) is { } turn ? Fold.SignExtend(turn, n.Width) : null;
        }

        return TurnOf(a, b);

        static Node? TurnOf(Node a, Node b)
        {
            if (a.Op == Op.ShiftRight) (a, b) = (b, a);
            if (a is not { Op: Op.ShiftLeft, Width: 32 or 64 } || b.Op != Op.ShiftRight || !IsSame(a.A!, b.A!)) return null;
            if (!Fold.IsConst(a.B!) || !Fold.IsConst(b.B!)) return null;
            var (left, right) = (Fold.Value(a.B!), Fold.Value(b.B!));
            return left < 64 && right < 64 && (int)(left + right) == a.Width ? Fold.Binary(Op.RotateLeft, a.A!, a.B!) : null;
        }
    }

    /// <summary>An index that was shifted for the size of what it counts: the host adds it as it is.</summary>
    private Node? Scaled(Node n)
    {
        if (n is not { Op: Op.Add, Width: 64 }) return null;
        if (IsScaled(n.A!)) return Fold.Binary(Op.Add, n.B!, Behind(n.A!));
        return IsScaled(n.B!) ? Fold.Binary(Op.Add, n.A!, Behind(n.B!)) : null;

        bool IsScaled(Node part) => part.Op == Op.Register && Behind(part) is { Op: Op.ShiftLeft } shift
            && Fold.IsConst(shift.B!) && Fold.Value(shift.B!) is >= 1 and <= 3;
    }

    /// <summary>A question after the answer to another one, or after a difference.</summary>
    private Node? Compared(Node n)
    {
        if (n.Op is not (Op.Equal or Op.NotEqual) || !Fold.IsConst(n.B!) || Fold.Value(n.B!) != 0 || n.A!.Op != Op.Register) return null;
        return Behind(n.A) switch
        {
            { Op: Op.ZeroExtend, A: { Width: 1 } answer } => n.Op == Op.NotEqual ? answer : Fold.Unary(Op.Not, answer),
            { Op: Op.Xor or Op.Subtract } difference => Fold.Compare(n.Op, difference.A!, difference.B!),
            _ => null,
        };
    }

    private static bool IsSame(Node a, Node b) =>
        a.Op == b.Op && a.Width == b.Width && a.Index == b.Index && a.Value == b.Value && a.Op is Op.Register or Op.Slice
        && (a.A is null || IsSame(a.A, b.A!));
}

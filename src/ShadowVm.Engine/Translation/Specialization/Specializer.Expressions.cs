using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Specialization;

internal sealed partial class Specializer
{
    /// <summary>An expression without effects; loads and calls in it become steps before it.</summary>
    private Node Expression(Node n, Activation activation)
    {
        if (_failed) return Fold.Const(0, 1);
        switch (n.Op)
        {
            case Op.Const:
                if (n.Width > 64) Fail();
                return n;

            case Op.Operand: return _operands.Operand(n.Index, Narrow(n.Width));
            case Op.Pc: return _operands.Pc(Narrow(n.Width));
            case Op.Next: return _operands.Next(Narrow(n.Width));
            case Op.Word:
                if (_operands.Word(n.Width) is { } word) return word;
                Fail();
                return n;

            case Op.Local: return Local(n, activation);

            case Op.Register:
                if (n.Index == _isa.DelaySlot && _operands.InSlot is { } inSlot) return Fold.Const(inSlot ? 1UL : 0, n.Width);
                if (n.Index == _isa.NextPcSlot && _operands.InSlot == false) return _operands.Next(n.Width);
                if (n.Index == _isa.PcSlot || n.Index == _isa.NextPcSlot) Fail();
                return n;

            case Op.RegisterAt: return RegisterAt(n, activation);

            case Op.Not or Op.Negate:
                Narrow(n.Width);
                return Fold.Unary(n.Op, Expression(n.A!, activation));

            case Op.LeadingZeros or Op.TrailingZeros or Op.CountOnes or Op.ReverseBytes:
                Narrow(n.A!.Width);
                return Fold.Unary(n.Op, Expression(n.A!, activation));

            case Op.RotateLeft or Op.RotateRight:
            case Op.Add or Op.Subtract or Op.And or Op.Or or Op.Xor:
            case Op.DivideUnsigned or Op.DivideSigned or Op.RemainderUnsigned or Op.RemainderSigned:
            case Op.ShiftLeft or Op.ShiftRight or Op.ShiftRightSigned:
                {
                    Narrow(n.Width);
                    var a = Expression(n.A!, activation);
                    return Fold.Binary(n.Op, a, Expression(n.B!, activation));
                }

            case Op.Multiply:
                {
                    var a = Expression(n.A!, activation);
                    var b = Expression(n.B!, activation);
                    if (n.Width <= 64) return Fold.Binary(Op.Multiply, a, b);
                    var product = new Node { Op = Op.Multiply, Width = n.Width, A = a, B = b };
                    if (!IsWideProduct(product)) Fail();
                    return product;
                }

            case Op.Equal or Op.NotEqual or Op.LessUnsigned or Op.LessSigned or Op.LessOrEqualUnsigned or Op.LessOrEqualSigned:
                {
                    Narrow(n.A!.Width);
                    var a = Expression(n.A!, activation);
                    var b = Expression(n.B!, activation);
                    var asksEqual = n.Op is Op.Equal or Op.NotEqual && a.Op == Op.Operand && Fold.IsConst(b);
                    if (asksEqual && _operands.Differs(a.Index, Fold.Value(b)))
                    {
                        return Fold.Const(n.Op == Op.NotEqual ? 1UL : 0, 1);
                    }

                    return Fold.Compare(n.Op, a, b);
                }

            case Op.Concat:
                {
                    Narrow(n.Width);
                    var a = Expression(n.A!, activation);
                    return Fold.Concat(a, Expression(n.B!, activation));
                }

            case Op.Slice: return Slice(Expression(n.A!, activation), n);

            case Op.SliceAt:
                {
                    Narrow(n.A!.Width);
                    var a = Expression(n.A!, activation);
                    var b = Expression(n.B!, activation);
                    return Fold.Slice(Fold.Binary(Op.ShiftRight, a, b), 0, n.Width);
                }

            case Op.ZeroExtend or Op.SignExtend: return Extend(n, Expression(n.A!, activation));

            case Op.Select: return Choice(n, activation);

            case Op.Load:
                {
                    var address = Expression(n.A!, activation);
                    var local = new Node { Op = Op.Local, Index = _localCount++, Width = n.Width };
                    var load = new Node { Op = Op.Load, Width = n.Width, Index = n.Index, A = address };
                    _steps.Add(new Node { Op = Op.SetLocal, Index = local.Index, A = load });
                    return local;
                }

            case Op.Call: return Inline(n, activation) ?? n;
            case Op.Floating: return Floating(n, activation);

            default:
                Fail(); // counters, time and interrupt lines are the monitor's
                return n;
        }
    }

    private int Narrow(int width)
    {
        if (width > 64) Fail();
        return Math.Min(width, 64);
    }

    private Node Local(Node n, Activation activation)
    {
        if (n.Index < activation.Arguments.Length && activation.Values[n.Index] is null) return activation.Arguments[n.Index];
        if (activation.Values[n.Index] is { } value) return value;
        Fail(); // set on some path only
        return n;
    }

    private Node RegisterAt(Node n, Activation activation)
    {
        var index = Expression(n.A!, activation);
        var file = _isa.Registers[n.Index];
        if (Fold.IsConst(index))
        {
            var at = Fold.Value(index);
            return at < (ulong)file.Count && (int)at != file.Zero
                ? new Node { Op = Op.Register, Index = file.FirstSlot + (int)at, Width = n.Width }
                : Fold.Const(0, n.Width);
        }

        // The slot of a zero register holds 0: nothing ever writes it, unless it is reset to something else.
        if (index.Width > 16 || file.Count < 1 << index.Width || (file.Zero >= 0 && file.Reset != 0)) Fail();
        return new Node { Op = Op.RegisterAt, Index = n.Index, Width = n.Width, A = index };
    }

    private Node Slice(Node a, Node n)
    {
        if (a.Width <= 64) return Fold.Slice(a, n.Index, n.Width);
        if (a.Op is Op.ZeroExtend or Op.SignExtend && n.Index + n.Width <= a.A!.Width) return Fold.Slice(a.A, n.Index, n.Width);
        if (IsPair(a) && (n.Index >= a.B!.Width || n.Index + n.Width <= a.B.Width)) return Fold.Slice(a, n.Index, n.Width);
        if (IsWideProduct(a) && n.Index + n.Width <= 64)
        {
            return Fold.Slice(Fold.Binary(Op.Multiply, a.A!.A!, a.B!.A!), n.Index, n.Width);
        }

        if (IsWideProduct(a) && n.Index >= 64)
        {
            var high = new Node { Op = Op.Slice, Index = 64, Width = 64, A = a };
            return Fold.Slice(high, n.Index - 64, n.Width);
        }

        Fail();
        return Fold.Const(0, n.Width);
    }

    private Node Extend(Node n, Node a)
    {
        if (n.Width > 64)
        {
            var wide = new Node { Op = n.Op, Width = n.Width, A = a };
            if (!IsProductOperand(wide)) Fail();
            return wide;
        }

        return n.Op == Op.ZeroExtend ? Fold.ZeroExtend(a, n.Width) : Fold.SignExtend(a, n.Width);
    }

    private static bool IsProductOperand(Node n) => n is { Op: Op.ZeroExtend or Op.SignExtend, Width: 128, A.Width: 64 };

    private static bool IsWideProduct(Node n) =>
        n is { Op: Op.Multiply, Width: 128 } && IsProductOperand(n.A!) && IsProductOperand(n.B!);

    /// <summary>Only the chosen side may be evaluated: sides with effects become the arms of an If.</summary>
    private Node Choice(Node n, Activation activation)
    {
        var test = Expression(n.A!, activation);
        if (Fold.IsConst(test)) return Expression(Fold.Value(test) != 0 ? n.B! : n.C!, activation);
        Narrow(n.Width);
        var outer = _steps;
        _steps = [];
        var yes = Expression(n.B!, activation);
        var yesSteps = _steps;
        _steps = [];
        var no = Expression(n.C!, activation);
        var noSteps = _steps;
        _steps = outer;
        if (yesSteps.Count == 0 && noSteps.Count == 0) return Fold.Select(test, yes, no);
        var result = _localCount++;
        yesSteps.Add(new Node { Op = Op.SetLocal, Index = result, A = yes });
        noSteps.Add(new Node { Op = Op.SetLocal, Index = result, A = no });
        _steps.Add(new Node { Op = Op.If, A = test, B = Block([.. yesSteps]), C = Block([.. noSteps]) });
        return new Node { Op = Op.Local, Index = result, Width = n.Width };
    }

    /// <summary>The body of a function in the place of its call; its result, or null where it has none.</summary>
    private Node? Inline(Node call, Activation caller)
    {
        var function = _isa.Functions[call.Index];
        var arguments = new Node[call.Items.Length];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = Materialize(Expression(call.Items[i], caller));
        var activation = new Activation(function.Body, function.LocalCount, arguments)
        {
            IsFunction = true,
            ResultWidth = function.ResultWidth,
        };
        for (var i = 0; i < arguments.Length && !_failed; i++)
        {
            if (activation.Assignments[i] > 0) SetMutable(i, arguments[i], activation);
        }

        Run([function.Body], 0, activation);
        if (activation.ResultWidth == 0) return null;
        return activation.ResultLocal >= 0
            ? new Node { Op = Op.Local, Index = activation.ResultLocal, Width = activation.ResultWidth }
            : activation.Result ?? Fold.Const(0, activation.ResultWidth);
    }
}

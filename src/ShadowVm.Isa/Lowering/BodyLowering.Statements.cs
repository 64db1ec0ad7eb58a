using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <content>Statements. An error costs the statement it is in; the rest is looked at all the same.</content>
internal sealed partial class BodyLowering
{
    /// <summary>Lowers statements in a scope of their own.</summary>
    public Node LowerBlock(Statement[] statements)
    {
        var mark = Mark();
        var nodes = new List<Node>();
        foreach (var statement in statements)
        {
            try
            {
                Charge(1, statement.Token);
                var node = LowerStatement(statement);
                if (node.Op == Op.Block && node.Items.Length == 0)
                    continue;
                nodes.Add(node);
            }
            catch (GiveUpException)
            {
                // Reported where it was thrown. A name that should have come of it is known as broken.
                if (statement.Kind is StatementKind.Let or StatementKind.Var)
                    Declare(new Local { Name = statement.Name.Text });
                if (bag.Full)
                    throw;
            }
        }

        Release(mark);
        return Nodes.Block(nodes);
    }

    private Node LowerStatement(Statement s)
    {
        switch (s.Kind)
        {
            case StatementKind.Let or StatementKind.Var:
                return LowerLet(s);
            case StatementKind.Assign:
                return LowerAssign(s);
            case StatementKind.Call:
                return LowerCallStatement(s);
            case StatementKind.If:
                return LowerIf(s);
            case StatementKind.Match:
                return LowerMatch(s);
            case StatementKind.For:
                return LowerFor(s);
            case StatementKind.Break:
                return _loops > 0
                    ? new Node { Op = Op.Break }
                    : throw bag.Fail(s.Token, "'break' stands in no 'for'");
            case StatementKind.Return:
                return LowerReturn(s);
            case StatementKind.Goto:
                if (model.HasDelaySlots && Function?.Kind == FunctionKind.Hook)
                    throw bag.Fail(s.Token, "A hook is no branch and has no delay slot", "use 'enter'");
                Note(Effects.Writes | Effects.Goes, s.Token);
                return new Node { Op = Op.Goto, A = Lower(s.A!, model.AddressBits) };
            case StatementKind.Nullify:
                NeedsSlots(s.Token);
                Note(Effects.Writes | Effects.Goes, s.Token);
                return Nodes.If(s.A is null ? Nodes.Const(1, 1) : Lower(s.A, 1), new Node { Op = Op.Nullify }, null);
            case StatementKind.ForbidSlot:
                NeedsSlots(s.Token);
                Note(Effects.Reads, s.Token);
                if (!model.State.TryGetValue("slot", out var slot))
                    throw bag.Fail(s.Token, "There is no register 'pc', so nothing stands in a slot");
                return model.Hooks.TryGetValue("illegal", out var illegal)
                    ? Nodes.If(StoredValue(slot, null, s.Token), Call(illegal, [], s.Token), null)
                    : throw bag.Fail(s.Token, "There is no 'hook illegal' to raise");
            case StatementKind.Enter:
                Note(Effects.Kernel | Effects.Writes | Effects.Enters, s.Token);
                return new Node { Op = Op.Enter, A = Lower(s.A!, model.AddressBits) };
            case StatementKind.Require:
                return LowerRequire(s.A!, s.Body);
            case StatementKind.Raise:
                return LowerRaise(s);
            case StatementKind.Delayed:
                return LowerDelayed(s);
            case StatementKind.Wait:
                Note(Effects.Kernel, s.Token);
                return new Node { Op = Op.Wait };
            case StatementKind.Flush:
                Note(Effects.Kernel, s.Token);
                return s.Name.Text switch
                {
                    "code" => new Node { Op = Op.FlushCode },
                    "translations" => new Node { Op = Op.FlushTranslations },
                    _ => throw bag.Fail(
                        s.Name,
                        $"'{s.Name.Text}' can't be flushed",
                        Suggestion.For(s.Name.Text, ["code", "translations"])),
                };
            default:
                return new Node { Op = Op.Order };
        }
    }

    private void NeedsSlots(Token at)
    {
        if (!model.HasDelaySlots)
            throw bag.Fail(at, $"{at.Shown} is for instruction sets with delay slots", "say 'delay 1' in the 'isa' block");
    }

    private Node LowerLet(Statement s)
    {
        var isVariable = s.Kind == StatementKind.Var;
        var width = s.A is null ? 0 : FunctionLowering.WidthOf(s.A, model, bag);
        if (isVariable && width == 0)
            throw bag.Fail(s.Name, $"The variable '{s.Name.Text}' has no width", $"write var {s.Name.Text} : WIDTH");
        var value = s.B is null ? Nodes.Const(0, width)
            : width == 0 && IsElastic(s.B) && Fold(s.B) is null ? Lower(s.B, NaturalWidth(s.B)) : Lower(s.B, width);
        if (value.Width == 0)
            throw bag.Fail(s.B!.First, $"'{s.B}' gives no value");
        // A value of the word alone is folded where it is used; a name for it costs nothing.
        var local = DeclareVariable(s.Name.Text, value.Width, isVariable, FieldsOfFloat(s.B));
        return Nodes.SetLocal(local.Value!.Index, value);
    }

    private Node LowerCallStatement(Statement s)
    {
        var call = s.A!;
        var path = call.Parts[0].Path ?? "";
        if (path.StartsWith("store.bytes.", StringComparison.Ordinal))
            return LowerStoreBytes(call, path);
        if (path.StartsWith("store.", StringComparison.Ordinal))
            return LowerStore(call, path);
        if (path.StartsWith("walk.update.", StringComparison.Ordinal))
            return WalkUpdate(call, path);
        if (path.StartsWith("probe.store.", StringComparison.Ordinal))
        {
            var (width, aligned) = AccessOf(call, path, "probe.store".Length);
            Note(Effects.Raises, call.First);
            _probed = true;
            var address = Lower(Argument(call, 0, 1), model.AddressBits);
            return new Node { Op = Op.ProbeStore, Width = width, Index = aligned ? 1 : 0, A = address };
        }

        var value = LowerCall(call, 0);
        if (value.Op != Op.Call)
            throw bag.Fail(s.Token, $"The value of '{call}' is not used");
        return value;
    }

    // A store was done on the way here, and whether all that follow it were probed.
    private bool _stored;
    private bool _probed;

    /// <summary>What may leave the instruction must come before its first store, or be probed.</summary>
    private void NothingStored(Token at, string what)
    {
        if (_stored && !_probed)
            bag.Error(at, $"{what} when a store is already done", "put it first, or probe.store.WIDTH(address)");
    }

    private Node LowerStore(Expression call, string path)
    {
        var (width, aligned) = AccessOf(call, path, "store".Length);
        NothingStored(call.First, "A second store may fault");

        Note(Effects.Stores | Effects.Raises, call.First);
        var address = Lower(Argument(call, 0, 2), model.AddressBits);
        var value = Lower(Argument(call, 1, 2), width);
        _stored = true;
        return new Node { Op = Op.Store, Width = width, Index = aligned ? 1 : 0, A = address, B = value };
    }

    private Node LowerIf(Statement s)
    {
        var test = Lower(s.A!, 1);
        if (test.Op == Op.Const)
            return LowerBlock(test.Value == UInt128.One ? s.Body : s.Other ?? []);
        // What one arm has written is not yet written in the other.
        var before = _written.ToArray();
        var (stored, accrued) = (_stored, _accrued);
        var yes = LowerBlock(s.Body);
        if (s.Other is null)
            return Nodes.If(test, yes, null);
        var afterYes = _written.ToArray();
        var (storedYes, accruedYes) = (_stored, _accrued);
        Restore(before);
        (_stored, _accrued) = (stored, accrued);
        var no = LowerBlock(s.Other);
        _written.UnionWith(afterYes);
        _stored |= storedYes;
        _accrued |= accruedYes;
        return Nodes.If(test, yes, no);
    }

    private void Restore(string[] written)
    {
        _written.Clear();
        _written.UnionWith(written);
    }

    private Node LowerMatch(Statement s)
    {
        var value = IsElastic(s.A!) && Fold(s.A!) is null ? Lower(s.A!, NaturalWidth(s.A!)) : Lower(s.A!, 0);
        var index = NewLocal();
        var subject = Nodes.Local(index, value.Width);
        var arms = new List<(Node? Test, Node Body)>();
        var seen = new HashSet<UInt128>();
        var complete = false;
        var before = _written.ToArray();
        var (stored, storedInAny) = (_stored, _stored);
        var (accrued, accruedInAny) = (_accrued, _accrued);
        var writtenInAny = new HashSet<string>(_written);
        foreach (var (pattern, body) in s.Arms)
        {
            // What one arm has done is not yet done in the next.
            storedInAny |= _stored;
            accruedInAny |= _accrued;
            writtenInAny.UnionWith(_written);
            Restore(before);
            (_stored, _accrued) = (stored, accrued);
            if (complete)
                throw bag.Fail(s.Token, "An arm behind 'else' is never reached");
            if (pattern is null)
            {
                complete = true;
                arms.Add((null, LowerBlock(body)));
                continue;
            }

            if (Fold(pattern) is null || Lower(pattern, value.Width) is not { Op: Op.Const } constant)
                throw bag.Fail(pattern.First, $"'{pattern}' must be known at load");
            if (!seen.Add(constant.Value))
                throw bag.Fail(pattern.First, $"'{pattern}' has an arm already");
            arms.Add((Nodes.Compare(Op.Equal, subject, constant), LowerBlock(body)));
        }

        if (!complete && (value.Width > 16 || seen.Count != 1 << value.Width))
            throw bag.Fail(
                s.Token, $"This 'match' names {seen.Count} of the values of {value.Width} bits", "add 'else => ...'");
        _stored |= storedInAny;
        _accrued |= accruedInAny;
        _written.UnionWith(writtenInAny);
        Node? result = null;
        for (var i = arms.Count - 1; i >= 0; i--)
        {
            result = arms[i].Test is { } test && result is not null
                ? Nodes.If(test, arms[i].Body, result)
                : arms[i].Body;
        }

        return Nodes.Block([Nodes.SetLocal(index, value), result ?? Nodes.Nothing]);
    }

    private Node LowerFor(Statement s)
    {
        var from = FoldNumber(s.A!, "The first bound", 0, 65535);
        var to = FoldNumber(s.B!, "The last bound", 0, 65535);
        var turns = Math.Abs(to - from) + 1;
        if (turns > Limits.LoopTurns)
            throw bag.Fail(s.A!.First, $"This loop turns {turns} times, more than {Limits.LoopTurns}");
        var mark = Mark();
        var local = DeclareVariable(s.Name.Text, 32, false);
        var before = Cost;
        _loops++;
        var (stored, accrued) = (_stored, _accrued);
        var body = LowerBlock(s.Body);
        _loops--;
        if (!accrued && _accrued && turns > 1)
            AccruesOnce(s.Token);
        if (!stored && _stored && !_probed && turns > 1)
        {
            bag.Error(
                s.Token,
                "A store in a loop may fault when an earlier one is already done",
                "put probe.store.WIDTH(address) first");
        }

        Release(mark);
        Charge((int)Math.Min((long)(Cost - before) * (turns - 1), int.MaxValue), s.Token);
        return new Node
        {
            Op = Op.For,
            Index = local.Value!.Index,
            A = Nodes.Const((UInt128)from, 32),
            B = Nodes.Const((UInt128)to, 32),
            C = body,
        };
    }

    private Node LowerReturn(Statement s)
    {
        if (Function is null)
            throw bag.Fail(s.Token, "'return' stands in no function", "use 'if'");
        if (Function.ResultWidth == 0)
        {
            return s.A is null
                ? new Node { Op = Op.Return }
                : throw bag.Fail(s.A.First, $"'{Function.Name}' gives no value", "write '-> WIDTH' in its header");
        }

        if (s.A is null)
            throw bag.Fail(s.Token, $"'{Function.Name}' must return {Function.ResultWidth} bits");
        return new Node { Op = Op.Return, A = Lower(s.A, Function.ResultWidth) };
    }

    /// <summary>Leaves by the statement unless the condition holds.</summary>
    public Node LowerRequire(Expression condition, Statement[] otherwise)
    {
        var test = Lower(condition, 1);
        if (test.Op == Op.Const && test.Value == UInt128.One)
            return Nodes.Nothing;
        var before = _written.ToArray();
        var leave = LowerBlock(otherwise);
        Restore(before);
        return Nodes.If(Nodes.Not(test), leave, null);
    }

    private Node LowerRaise(Statement s)
    {
        if (!model.Hooks.TryGetValue("trap", out var trap))
            throw bag.Fail(s.Token, "There is no 'hook trap' to raise to");
        if (!model.EnumValues.TryGetValue(s.Name.Text, out var cause))
        {
            throw bag.Fail(
                s.Name,
                $"No 'enum' declares the cause '{s.Name.Text}'",
                Suggestion.For(s.Name.Text, model.EnumValues.Keys));
        }

        if (s.Arguments.Length > trap.Parameters.Length - 1)
            throw bag.Fail(
                s.Name,
                $"'hook trap' takes {trap.Parameters.Length - 1} values besides the cause, not {s.Arguments.Length}");
        NothingStored(s.Token, "This raises");
        Note(Effects.Raises, s.Token);
        var items = new Node[trap.Parameters.Length];
        items[0] = ConstantFolder.At(
            (Int128)cause.Value, trap.Parameters[0].Width, new Expression(ExpressionKind.Name, s.Name), bag);
        for (var i = 1; i < items.Length; i++)
        {
            var width = trap.Parameters[i].Width;
            items[i] = i <= s.Arguments.Length ? Lower(s.Arguments[i - 1], width) : Nodes.Const(0, width);
        }

        return new Node { Op = Op.Raise, Items = items };
    }
}

using ShadowVm.Engine.Interpreter;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Specialization;

/// <summary>
/// Brings an instruction's semantics into the form of <see cref="Specialized"/>, by partial evaluation. What it can't
/// (wide arithmetic, loops, what only the monitor may do) it gives up: such an instruction is left to the reference
/// interpreter, so that nothing a definition says is ever wrong, only slower.
/// </summary>
internal sealed partial class Specializer
{
    private const int StepsMax = 512;

    private readonly IsaDefinition _isa;
    private readonly Operands _operands;
    private readonly HookInputs _inputs; // who writes one changes what addresses mean: not in the middle of a block
    private List<Node> _steps = [];
    private int _localCount;
    private int _stepCount;
    private bool _failed;
    private bool _opensSlot;

    private Specializer(IsaDefinition isa, Operands operands)
    {
        _isa = isa;
        _operands = operands;
        _inputs = HookInputs.OfTranslation(isa);
    }

    /// <summary>Specialises an instruction; null where it must be left to the reference interpreter.</summary>
    public static Specialized? TrySpecialize(IsaDefinition isa, Instruction instruction, Operands operands)
    {
        var specializer = new Specializer(isa, operands);
        var activation = new Activation(instruction.Body, instruction.LocalCount, []);
        specializer.Run([instruction.Body], 0, activation);
        if (specializer._failed) return null;
        Node[] steps = [.. specializer._steps];
        var stored = false;
        return StoresAreLast(Block(steps), ref stored)
            ? new Specialized(steps, specializer._localCount, specializer._opensSlot) : null;
    }

    /// <summary>Locals of one body, by the number they have there.</summary>
    private sealed class Activation
    {
        public Activation(Node body, int localCount, Node[] arguments)
        {
            Assignments = new int[localCount];
            Values = new Node?[localCount];
            Count(body, false);
            Arguments = arguments;
        }

        /// <summary>How often each local is set, in a loop more than once.</summary>
        public int[] Assignments { get; }

        /// <summary>What each local stands for now.</summary>
        public Node?[] Values { get; }

        public Node[] Arguments { get; }

        /// <summary>Where the result goes, once it can't be given back as an expression.</summary>
        public int ResultLocal { get; set; } = -1;

        public int ResultWidth { get; init; }

        /// <summary>The result where a single path leads to it.</summary>
        public Node? Result { get; set; }

        public bool IsFunction { get; init; }

        private void Count(Node n, bool inLoop)
        {
            if (n.Op is Op.SetLocal or Op.For) Assignments[n.Index] += inLoop || n.Op == Op.For ? 2 : 1;
            inLoop |= n.Op == Op.For;
            if (n.A is not null) Count(n.A, inLoop);
            if (n.B is not null) Count(n.B, inLoop);
            if (n.C is not null) Count(n.C, inLoop);
            foreach (var item in n.Items) Count(item, inLoop);
        }
    }

    /// <summary>How a run of statements ends.</summary>
    private enum Flow
    {
        /// <summary>At its end.</summary>
        Falls,

        /// <summary>Each path raises, and so leaves the whole instruction.</summary>
        Raises,

        /// <summary>Some path returns.</summary>
        Returns,
    }

    /// <summary>Specialises statements from one on; what follows an If that may return goes into its arms.</summary>
    private Flow Run(ReadOnlySpan<Node> items, int from, Activation activation)
    {
        for (var i = from; i < items.Length && !_failed; i++)
        {
            var n = items[i];
            if (++_stepCount > StepsMax) return Fail();
            switch (n.Op)
            {
                case Op.Block:
                    {
                        if (MayReturn(n) && i + 1 < items.Length)
                        {
                            Node[] joined = [.. n.Items, .. items[(i + 1)..]];
                            return Run(joined, 0, activation);
                        }

                        var flow = Run(n.Items, 0, activation);
                        if (flow != Flow.Falls) return flow;
                        break;
                    }

                case Op.If:
                    {
                        var test = Expression(n.A!, activation);
                        if (Fold.IsConst(test))
                        {
                            var chosen = Fold.Value(test) != 0 ? n.B : n.C;
                            if (chosen is null) break;
                            Node[] joined = [chosen, .. items[(i + 1)..]];
                            return Run(joined, 0, activation);
                        }

                        var rest = items[(i + 1)..];
                        if (rest.Length > 0 && (MayReturn(n.B!) || (n.C is not null && MayReturn(n.C))))
                        {
                            Node[] yes = [n.B!, .. rest];
                            Node[] no = n.C is null ? rest.ToArray() : [n.C, .. rest];
                            return Branch(test, yes, no, activation);
                        }

                        var both = Branch(test, [n.B!], n.C is null ? [] : [n.C], activation);
                        if (both != Flow.Falls) return both;
                        break;
                    }

                case Op.Return:
                    SetResult(n, activation);
                    return Flow.Returns;

                case Op.Raise or Op.Delay:
                    // A trap is seldom, delayed or not: where this is reached the reference interpreter does it.
                    _steps.Add(new Node { Op = Op.Raise });
                    return Flow.Raises;

                default:
                    Statement(n, activation);
                    break;
            }
        }

        return Flow.Falls;
    }

    private Flow Branch(Node test, Node[] yes, Node[] no, Activation activation)
    {
        // With two ways to the result it needs a place; locals that stand for expressions keep doing so in both.
        if (activation.IsFunction && activation.ResultWidth > 0 && activation.ResultLocal < 0) activation.ResultLocal = _localCount++;
        var outer = _steps;
        var before = (Node?[])activation.Values.Clone();
        var (yesSteps, yesFlow) = Arm(yes);
        Array.Copy(before, activation.Values, before.Length);
        var (noSteps, noFlow) = Arm(no);
        Array.Copy(before, activation.Values, before.Length);
        _steps = outer;
        if (yesSteps.Length > 0 || noSteps.Length > 0)
        {
            _steps.Add(new Node { Op = Op.If, A = test, B = Block(yesSteps), C = noSteps.Length > 0 ? Block(noSteps) : null });
        }

        if (yesFlow == Flow.Returns || noFlow == Flow.Returns) return Flow.Returns;
        return yesFlow == Flow.Raises && noFlow == Flow.Raises ? Flow.Raises : Flow.Falls;

        (Node[] Steps, Flow Flow) Arm(Node[] items)
        {
            _steps = [];
            var flow = Run(items, 0, activation);
            return ([.. _steps], flow);
        }
    }

    private static Node Block(Node[] steps) => steps.Length == 1 ? steps[0] : new Node { Op = Op.Block, Items = steps };

    private void SetResult(Node n, Activation activation)
    {
        if (n.A is null || !activation.IsFunction) return;
        var value = Expression(n.A, activation);
        if (activation.ResultLocal >= 0) Narrow(value.Width);
        if (activation.ResultLocal < 0) activation.Result = value;
        else _steps.Add(new Node { Op = Op.SetLocal, Index = activation.ResultLocal, A = value });
    }

    private void Statement(Node n, Activation activation)
    {
        switch (n.Op)
        {
            case Op.SetLocal:
                {
                    var value = Expression(n.A!, activation);
                    if (activation.Assignments[n.Index] == 1 && n.Index >= activation.Arguments.Length)
                    {
                        activation.Values[n.Index] = Materialize(value);
                    }
                    else
                    {
                        SetMutable(n.Index, value, activation);
                    }

                    break;
                }

            case Op.SetRegister:
                if (n.Index == _isa.PcSlot || _inputs.Contains(n.Index)) Fail();
                _steps.Add(new Node { Op = Op.SetRegister, Index = n.Index, A = Expression(n.A!, activation) });
                break;

            case Op.SetRegisterAt:
                SetRegisterAt(n, activation);
                break;

            case Op.Store:
                _steps.Add(new Node
                {
                    Op = Op.Store,
                    Width = n.Width,
                    Index = n.Index,
                    A = Expression(n.A!, activation),
                    B = Expression(n.B!, activation),
                });
                break;

            case Op.ProbeStore:
                _steps.Add(new Node { Op = Op.ProbeStore, Width = n.Width, Index = n.Index, A = Expression(n.A!, activation) });
                break;

            case Op.Goto:
                _steps.Add(new Node { Op = Op.Goto, A = Expression(n.A!, activation) });
                break;

            case Op.OpenSlot:
                _opensSlot = true;
                break;

            case Op.Nullify:
                _steps.Add(new Node { Op = Op.Nullify });
                break;

            case Op.Call:
                Inline(n, activation);
                break;

            case Op.Order:
                break;

            default:
                Fail(); // loops, and what only the monitor may do
                break;
        }
    }

    private void SetRegisterAt(Node n, Activation activation)
    {
        var index = Expression(n.A!, activation);
        var value = Expression(n.B!, activation);
        var file = _isa.Registers[n.Index];
        if (Fold.IsConst(index))
        {
            var at = Fold.Value(index);
            if (at >= (ulong)file.Count || (int)at == file.Zero) return; // loads have been done; the write vanishes
            if (_inputs.Contains(file.FirstSlot + (int)at)) Fail();
            _steps.Add(new Node { Op = Op.SetRegister, Index = file.FirstSlot + (int)at, A = value });
            return;
        }

        if (index.Width > 16 || file.Count < 1 << index.Width || _inputs.ContainsAny(file)) Fail();
        _steps.Add(new Node { Op = Op.SetRegisterAt, Index = n.Index, A = index, B = value });
    }

    private void SetMutable(int local, Node value, Activation activation)
    {
        Narrow(value.Width);
        if (activation.Values[local] is not { Op: Op.Local } place || place.Value != 1)
        {
            // A local that is set again keeps one place; the value 1 tells it from an expression that is a local.
            place = new Node { Op = Op.Local, Index = _localCount++, Width = value.Width, Value = 1 };
            activation.Values[local] = place;
        }

        _steps.Add(new Node { Op = Op.SetLocal, Index = place.Index, A = value });
    }

    /// <summary>An expression that may stand in several places.</summary>
    private Node Materialize(Node value)
    {
        if (value.Width > 64)
        {
            if (!IsProductOperand(value) && !IsWideProduct(value) && !IsPair(value)) Fail();
            return value;
        }

        if (Fold.IsLeaf(value) || IsPair(value) || IsHalfOfLeaf(value)) return value;
        var local = new Node { Op = Op.Local, Index = _localCount++, Width = value.Width };
        _steps.Add(new Node { Op = Op.SetLocal, Index = local.Index, A = value });
        return local;
    }

    /// <summary>The lower half of a leaf costs nothing.</summary>
    private static bool IsHalfOfLeaf(Node n) => n is { Op: Op.Slice, Index: 0, Width: 32 } && Fold.IsLeaf(n.A!);

    private Flow Fail()
    {
        _failed = true;
        return Flow.Raises;
    }

    /// <summary>Whether a statement has a Return in it, outside of the functions it calls.</summary>
    private static bool MayReturn(Node n) => n.Op switch
    {
        Op.Return => true,
        Op.If => MayReturn(n.B!) || (n.C is not null && MayReturn(n.C)),
        Op.Block => Array.Exists(n.Items, MayReturn),
        _ => false,
    };

    /// <summary>
    /// Whether nothing that may give the instruction up comes behind a store. The whole instruction is done again by
    /// the reference interpreter then, and a store done twice could be one too many.
    /// </summary>
    private static bool StoresAreLast(Node n, ref bool stored)
    {
        switch (n.Op)
        {
            case Op.Store or Op.ProbeStore or Op.Raise:
            case Op.SetLocal when n.A!.Op == Op.Load:
                if (stored) return false;
                stored = n.Op == Op.Store;
                return true;

            case Op.If:
                {
                    var (yes, no) = (stored, stored);
                    if (!StoresAreLast(n.B!, ref yes) || (n.C is not null && !StoresAreLast(n.C, ref no))) return false;
                    stored = yes || no;
                    return true;
                }

            case Op.Block:
                foreach (var item in n.Items)
                {
                    if (!StoresAreLast(item, ref stored)) return false;
                }

                return true;

            default:
                return true;
        }
    }
}

using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Interpreter;

public sealed partial class ReferenceInterpreter
{
    private readonly List<Node> _deferred = [];
    private Status _status;
    private UInt128 _result;
    private UInt128 _raisedCause;
    private UInt128 _raisedValue;

    /// <summary>Carries out a statement; does nothing more once the status is not running.</summary>
    private void Execute(Node n)
    {
        switch (n.Op)
        {
            case Op.Block:
                foreach (var item in n.Items)
                {
                    Execute(item);
                    if (_status != Status.Running) return;
                }

                break;

            case Op.SetLocal:
                _frame[n.Index] = EvaluateWide(n.A!);
                break;

            case Op.SetRegister:
                _pending.Add(n.Index, Evaluate(n.A!));
                break;

            case Op.SetRegisterAt:
                WriteRegister(n.Index, Evaluate(n.A!), Evaluate(n.B!));
                break;

            case Op.Store:
                Store(n);
                break;

            case Op.WalkUpdate:
                WalkUpdate(n);
                break;

            case Op.ProbeStore:
                ProbeStore(n);
                break;

            case Op.If:
                if (Evaluate(n.A!) != 0)
                {
                    if (_status == Status.Running) Execute(n.B!);
                }
                else if (n.C is not null && _status == Status.Running)
                {
                    Execute(n.C);
                }

                break;

            case Op.For:
                ExecuteFor(n);
                break;

            case Op.Break:
                _status = Status.Broken;
                break;

            case Op.Return:
                if (n.A is not null) _result = EvaluateWide(n.A);
                if (_status == Status.Running) _status = Status.Returned;
                break;

            case Op.Goto:
                Go(Evaluate(n.A!));
                break;

            case Op.Enter:
                Enter(Evaluate(n.A!));
                break;

            case Op.OpenSlot:
                _opensSlot = true;
                break;

            case Op.Nullify:
                _nullifies = true;
                break;

            case Op.Raise:
                ExecuteRaise(n);
                break;

            case Op.Call:
                Call(n);
                break;

            case Op.Delay:
                ExecuteDelay(n);
                break;

            case Op.Wait:
                Waits = true;
                break;

            case Op.FlushCode:
            case Op.FlushTranslations:
            case Op.Order:
                break; // this tier keeps nothing that could be stale

            case Op.AfterCommit:
                _deferred.Add(n.A!);
                break;

            default:
                throw new InvalidOperationException($"{n.Op} is no statement");
        }
    }

    private void WriteRegister(int file, ulong index, ulong value)
    {
        var registers = _files[file];
        if (index < (ulong)registers.Count && (int)index != registers.Zero)
        {
            _pending.Add(registers.FirstSlot + (int)index, value);
        }
    }

    private void ExecuteFor(Node n)
    {
        var from = (long)Evaluate(n.A!);
        var to = (long)Evaluate(n.B!);
        var step = from <= to ? 1 : -1;
        for (var i = from; ; i += step)
        {
            _frame[n.Index] = (ulong)i;
            Execute(n.C!);
            if (_status == Status.Broken)
            {
                _status = Status.Running;
                return;
            }

            if (_status != Status.Running || i == to) return;
        }
    }

    private void ExecuteRaise(Node n)
    {
        var cause = EvaluateWide(n.Items[0]);
        var value = n.Items.Length > 1 ? EvaluateWide(n.Items[1]) : 0;
        if (_status != Status.Running) return;
        (_raisedCause, _raisedValue, _status) = (cause, value, Status.Raised);
    }
}

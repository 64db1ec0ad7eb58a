using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Emits one instruction's steps. Registers, memory's place and the ways out differ between a block, where all is
/// known, and a cold handler, where it is read from the record.
/// <para>
/// Register writes are kept in locals until the instruction commits, as the language has it: registers read as before
/// the instruction, and an instruction that is given up has written none.
/// </para>
/// </summary>
internal abstract partial class StepEmitter(IlWriter il, IsaDefinition isa)
{
    private readonly List<(Node Step, LocalBuilder Value, LocalBuilder? Index)> _pending = [];
    private LocalBuilder[] _locals = [];
    private Specialized? _instruction;

    protected IlWriter Il { get; } = il;

    protected IsaDefinition Isa { get; } = isa;

    protected ExpressionEmitter Expressions => field ??= new ExpressionEmitter(Il, this);

    /// <summary>Puts a local's value on the stack.</summary>
    public void LoadLocal(int index) => HostFloatEmission.GetBits(Il, _locals[index]);

    /// <summary>Puts the lower half of a local's value on the stack, as 32 bits.</summary>
    public void LoadLocalHalf(int index)
    {
        if (IlWriter.IsHalf(_locals[index]))
        {
            Il.Get(_locals[index]);
            return;
        }

        LoadLocal(index);
        Il.Op(OpCodes.Conv_I4);
    }

    /// <summary>Puts a register on the stack, as it was before the instruction.</summary>
    public abstract void LoadRegister(int slot);

    /// <summary>Puts the lower half of a register on the stack, as 32 bits.</summary>
    public virtual void LoadRegisterHalf(int slot)
    {
        LoadRegister(slot);
        Il.Op(OpCodes.Conv_I4);
    }

    /// <summary>Whether a register is known to be the sign extension of its lower half.</summary>
    public virtual bool IsSigned(int slot) => false;

    /// <summary>Whether the lower half of a register is all that is at hand.</summary>
    public virtual bool IsHalf(int slot) => false;

    /// <summary>Puts a register that the record names on the stack.</summary>
    public abstract void LoadRegisterAt(Node n);

    /// <summary>Puts Operand, Pc or Next on the stack.</summary>
    public abstract void LoadFromRecord(Node n);

    /// <summary>Whether the code is for translated addresses.</summary>
    protected abstract bool IsPaged { get; }

    /// <summary>Puts the guest address of RAM's first byte on the stack.</summary>
    protected abstract void LoadRamStart();

    /// <summary>Puts the highest offset at which so many bytes lie in RAM on the stack.</summary>
    protected abstract void LoadLastOffset(int bytes);

    /// <summary>Puts the address that the store watch's bytes would begin at for the granule at address 0 on the stack.</summary>
    protected abstract void LoadWatch();

    /// <summary>Where the instruction is given up: the reference interpreter does it.</summary>
    protected abstract Label GiveUp { get; }

    /// <summary>The same, where what was taken for granted isn't so: that is noted.</summary>
    protected virtual Label GiveUpAs(HostExit odd) => GiveUp;

    /// <summary>Writes a register with a value that is put on the stack when it is asked for.</summary>
    protected abstract void StoreRegister(int slot, Action loadValue);

    /// <summary>Writes a register with what is in a local, as bits or as a number.</summary>
    protected virtual void StoreRegister(int slot, LocalBuilder value) =>
        StoreRegister(slot, () => HostFloatEmission.GetBits(Il, value));

    /// <summary>Writes a register with a value that is the sign extension of its lower half.</summary>
    protected virtual void StoreSigned(int slot, Action loadValue) => StoreRegister(slot, loadValue);

    /// <summary>Whether a register's lower half may be kept alone, where the register is its sign extension.</summary>
    protected virtual bool CanBeHalf(int slot) => false;

    /// <summary>Writes a register with the sign extension of 32 bits.</summary>
    protected virtual void StoreHalf(int slot, Action loadHalf) => throw new InvalidOperationException("no register is kept by halves");

    /// <summary>Writes a register that the record names.</summary>
    protected abstract void StoreRegisterAt(Node step, LocalBuilder index, LocalBuilder value);

    /// <summary>Leaves to an address; the instruction has committed.</summary>
    protected abstract void LeaveTo(Node target);

    /// <summary>Passes over the next instruction; this one has committed.</summary>
    protected abstract void LeaveOverNext();

    /// <summary>The group of an access whose checks it may share, and its distance in it.</summary>
    protected virtual (AccessGroup Group, long Distance)? GroupOf(Node access) => null;

    /// <summary>The quotient that a division shares with another one, or null.</summary>
    public virtual Quotient? QuotientOf(Node division) => null;

    /// <summary>What a load asks for, if it was stored before; else null.</summary>
    protected virtual StoredValue? StoredBefore(Node load) => null;

    /// <summary>What a store writes, if a load will ask for it; else null.</summary>
    protected virtual StoredValue? StoredLater(Node store) => null;

    /// <summary>What happened at compile time to the registers on one path, to be restored for the other.</summary>
    protected abstract object Snapshot();

    protected abstract void Restore(object snapshot);

    /// <summary>
    /// Emits the steps. Gives true where control may come out behind them: the instruction has committed there, and
    /// the next one follows.
    /// </summary>
    protected bool Emit(Specialized instruction)
    {
        Begin(instruction);
        return EmitLast(instruction.Steps);
    }

    private void Begin(Specialized instruction)
    {
        if (_locals.Length < instruction.LocalCount) Array.Resize(ref _locals, instruction.LocalCount);
        for (var i = 0; i < instruction.LocalCount; i++) _locals[i] = Il.Local(instruction.IsHalf(i) ? typeof(int) : typeof(long));
        foreach (var (operation, local) in Trust?.CoveredOf(instruction) ?? [])
        {
            if (HostFloatEmission.GivesNumber(operation.Index)) _locals[local] = Il.Local(HostFloatEmission.Number);
        }

        foreach (var local in Trust?.LoadedBy(instruction) ?? []) _locals[local] = Il.Local(HostFloatEmission.Number);

        _pending.Clear();
        _instruction = instruction;
    }

    /// <summary>
    /// Emits a branch up to where control would part, and commits. What decides is left in a local: the test, or the
    /// target where there is none.
    /// </summary>
    protected LocalBuilder? EmitUndecided(Specialized instruction, BranchShape shape)
    {
        Begin(instruction);
        foreach (var step in shape.Before) EmitStep(step);
        LocalBuilder? kept = null;
        if ((shape.Test ?? shape.Target) is { } decides)
        {
            kept = Il.Local();
            Expressions.Emit(decides); // it reads registers as they were, and the commit comes first
            Il.Set(kept);
        }

        Commit();
        return kept;
    }

    /// <summary>Whether this form can be emitted; if not, the reference interpreter does the instruction.</summary>
    public static bool CanEmit(Specialized instruction) => LeavesLast(instruction.Steps);

    /// <summary>
    /// Whether each Goto is the last thing its instruction does, so that it can leave at once, and each write whose
    /// register only the record knows happens on every path to the commit.
    /// </summary>
    private static bool LeavesLast(ReadOnlySpan<Node> steps)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i];
            if (i < steps.Length - 1)
            {
                if (Specialized.ContainsGoto(step)) return false;
            }

            if (step.Op == Op.If && !Specialized.ContainsGoto(step))
            {
                if (WritesByIndex(step)) return false;
            }
            else if (step.Op == Op.If)
            {
                if (!LeavesLast(Items(step.B!)) || (step.C is not null && !LeavesLast(Items(step.C)))) return false;
            }
            else if (step.Op == Op.Block && !LeavesLast(step.Items))
            {
                return false;
            }
        }

        return true;
    }

    private static bool WritesByIndex(Node n) => n.Op switch
    {
        Op.SetRegisterAt => true,
        Op.If => WritesByIndex(n.B!) || (n.C is not null && WritesByIndex(n.C)),
        Op.Block => Array.Exists(n.Items, WritesByIndex),
        _ => false,
    };

    /// <summary>Whether an instruction is given up in a step, if not before.</summary>
    public static bool EndsInRaise(Node n) => n.Op switch
    {
        Op.Raise => true,
        Op.Block => Array.Exists(n.Items, EndsInRaise),
        Op.If => n.C is not null && EndsInRaise(n.B!) && EndsInRaise(n.C),
        _ => false,
    };

    private static Node[] Items(Node n) => n.Op == Op.Block ? n.Items : [n];

    /// <summary>Emits steps behind which the instruction ends: it commits, and leaves or falls through.</summary>
    private bool EmitLast(ReadOnlySpan<Node> steps)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i];
            if (i == steps.Length - 1 && step.Op == Op.SetRegister && _pending.Count == 0)
            {
                // Nothing can come between this and the commit: the value goes where it belongs at once.
                EmitRegister(step.Index, step.A!);
                return true;
            }

            if (i == steps.Length - 2 && _pending.Count == 0 && IsLoaded(step, steps[^1]))
            {
                EmitLoadedRegister(step.A!, steps[^1]);
                return true;
            }

            if (i < steps.Length - 1 || !Specialized.ContainsGoto(step))
            {
                EmitStep(step);
                if (EndsInRaise(step)) return false;
                continue;
            }

            switch (step.Op)
            {
                case Op.Goto:
                    var target = step.A!;
                    if (_pending.Count > 0 && !Fold.IsConst(target))
                    {
                        // The target reads registers as they were, and the commit comes first.
                        var kept = Il.Local();
                        Expressions.Emit(target);
                        Il.Set(kept);
                        Commit();
                        LeaveTo(KeptTarget(kept, target.Width));
                        return false;
                    }

                    Commit();
                    LeaveTo(target);
                    return false;

                case Op.Nullify:
                    Commit();
                    LeaveOverNext();
                    return false;

                case Op.If:
                    return EmitBranch(step);

                default:
                    return EmitLast(step.Items);
            }
        }

        Commit();
        return true;
    }

    private void EmitRegister(int slot, Node value)
    {
        if (value.Op == Op.Local) StoreRegister(slot, _locals[value.Index]);
        else if (value.Width != 64 || !Expressions.IsSigned(value)) StoreRegister(slot, () => Expressions.Emit(value));
        else if (!_instruction!.HasPaths && CanBeHalf(slot) && Expressions.PrefersHalf(value))
            StoreHalf(slot, () => Expressions.EmitHalf(value));
        else StoreSigned(slot, () => Expressions.Emit(value));
    }

    private Node KeptTarget(LocalBuilder local, int width)
    {
        var index = Array.IndexOf(_locals, local);
        if (index < 0)
        {
            index = _locals.Length;
            _locals = [.. _locals, local];
        }

        return new Node { Op = Op.Local, Index = index, Width = width };
    }

    private bool EmitBranch(Node step)
    {
        var otherwise = Il.Label();
        Expressions.BranchUnless(step.A!, otherwise);
        var pending = _pending.ToArray();
        var before = Snapshot();
        var falls = EmitLast(Items(step.B!));
        var end = Il.Label();
        if (falls) Il.Branch(OpCodes.Br, end);
        var after = Snapshot();

        Il.Mark(otherwise);
        _pending.Clear();
        _pending.AddRange(pending);
        Restore(before);
        var otherFalls = EmitLast(step.C is null ? [] : Items(step.C));
        Il.Mark(end);
        if (falls && !otherFalls) Restore(after);
        if (falls && otherFalls) Join(before, after);
        return falls || otherFalls;
    }

    /// <summary>Both paths go on behind here: what is known of registers must hold on both.</summary>
    protected abstract void Join(object before, object other);

    private void EmitStep(Node n)
    {
        switch (n.Op)
        {
            case Op.Block:
                foreach (var item in n.Items) EmitStep(item);
                break;

            case Op.SetLocal:
                if (n.A!.Op == Op.Floating)
                {
                    EmitFloating(n.A, n.Index);
                    break;
                }

                if (IlWriter.IsHalf(_locals[n.Index]) && n.A!.Op != Op.Load)
                {
                    Expressions.EmitHalf(n.A);
                    Il.Set(_locals[n.Index]);
                    break;
                }

                if (n.A!.Op == Op.Load)
                {
                    EmitLoadTo(_locals[n.Index], n.A);
                    break;
                }

                Expressions.Emit(n.A);
                HostFloatEmission.SetBits(Il, _locals[n.Index]);
                break;

            case Op.Store:
                EmitStore(n);
                break;

            case Op.ProbeStore:
                EmitAddress(n, watched: true);
                break;

            case Op.SetRegister:
                {
                    var value = PlaceFor(n);
                    if (n.A!.Op == Op.Local && HostFloatEmission.IsNumber(value))
                    {
                        HostFloatEmission.GetNumber(Il, _locals[n.A.Index]);
                        Il.Set(value);
                        break;
                    }

                    Expressions.Emit(n.A);
                    HostFloatEmission.SetBits(Il, value);
                    break;
                }

            case Op.SetRegisterAt:
                {
                    var (value, index) = (Il.Local(), Il.Local());
                    Expressions.Emit(n.A!);
                    Il.Set(index);
                    Expressions.Emit(n.B!);
                    Il.Set(value);
                    _pending.Add((n, value, index));
                    break;
                }

            case Op.If:
                EmitIf(n);
                break;

            case Op.Raise:
                Il.Branch(OpCodes.Br, GiveUp);
                break;

            default:
                throw new InvalidOperationException($"{n.Op} is no step");
        }
    }

    /// <summary>An If within an instruction: a register that an arm writes gets its old value before it.</summary>
    private void EmitIf(Node n)
    {
        Prepare(n.B!);
        if (n.C is not null) Prepare(n.C);
        var otherwise = Il.Label();
        if (n is { B.Op: Op.Raise, C: null })
        {
            Expressions.BranchIf(n.A!, GiveUp);
            return;
        }

        Expressions.BranchUnless(n.A!, otherwise);
        EmitStep(n.B!);
        if (n.C is null)
        {
            Il.Mark(otherwise);
            return;
        }

        var end = Il.Label();
        if (n.B!.Op != Op.Raise) Il.Branch(OpCodes.Br, end);
        Il.Mark(otherwise);
        EmitStep(n.C);
        Il.Mark(end);
    }

    private void Prepare(Node arm)
    {
        switch (arm.Op)
        {
            case Op.SetRegister when !_pending.Exists(each => each.Step.Op == Op.SetRegister && each.Step.Index == arm.Index):
                LoadRegister(arm.Index);
                HostFloatEmission.SetBits(Il, PlaceFor(arm));
                break;

            case Op.If:
                Prepare(arm.B!);
                if (arm.C is not null) Prepare(arm.C);
                break;

            case Op.Block:
                foreach (var item in arm.Items) Prepare(item);
                break;
        }
    }

    private LocalBuilder PlaceFor(Node setRegister)
    {
        foreach (var (step, value, _) in _pending)
        {
            if (step.Op == Op.SetRegister && step.Index == setRegister.Index) return value;
        }

        var isNumber = setRegister.A is { Op: Op.Local } local && HostFloatEmission.IsNumber(_locals[local.Index]);
        var place = Il.Local(isNumber ? HostFloatEmission.Number : typeof(long));
        _pending.Add((setRegister, place, null));
        return place;
    }

    private void Commit()
    {
        foreach (var (step, value, index) in _pending)
        {
            if (index is null) StoreRegister(step.Index, value);
            else StoreRegisterAt(step, index, value);
        }

        _pending.Clear();
    }
}

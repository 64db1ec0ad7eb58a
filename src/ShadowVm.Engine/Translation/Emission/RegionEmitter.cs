using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>What a block's code refers to outside of itself; all of it stays in place as long as the code is used.</summary>
/// <param name="RamStart">First guest address of RAM.</param>
/// <param name="RamSize">Its size in bytes.</param>
/// <param name="Watch">Host address that the store watch's bytes would begin at for the granule at address 0.</param>
/// <param name="Jumps">Host address of the table for computed jumps.</param>
/// <param name="JumpShift">How far an address is shifted for an index in that table.</param>
/// <param name="SlotOf">Host address of the slot that holds the code for a place.</param>
/// <param name="BlockSlotOf">Host address of the slot that holds the block at a place, though a region may begin there.</param>
internal sealed record BlockSurroundings(
    ulong RamStart,
    ulong RamSize,
    nint Watch,
    nint Jumps,
    int JumpShift,
    Func<CodeKey, nint> SlotOf,
    Func<CodeKey, nint> BlockSlotOf);

/// <summary>
/// Translates a region, of which a block is the smallest, into one method: (state, memory, counter) -> counter.
/// <para>
/// Where it is entered and where its loops turn, the recovery counter is compared with the longest way to the next such
/// place, and the method is left if that is not there: the last instructions of an epoch are those of smaller units. Each
/// node takes its length from the counter, and who leaves in the middle gives back what was not retired. Exits to known
/// addresses go on in the code there through its slot, computed ones through a small table; neither returns to the
/// dispatcher.
/// </para>
/// </summary>
internal sealed partial class RegionEmitter : StepEmitter
{
    /// <summary>Entries of the table for computed jumps; each is an address and the code for it.</summary>
    public const int JumpEntries = 4096;

    /// <summary>Entries of such a table where addresses are translated: it is forgotten now and then.</summary>
    public const int PagedJumpEntries = 1024;

    /// <summary>Size of an entry of that table in bytes.</summary>
    public const int JumpEntryBytes = 16;

    private readonly RegionShape _shape;
    private readonly BlockSurroundings _surroundings;
    private readonly RegisterCache _registers;
    private readonly Dictionary<ulong, Label> _labels = [];
    private readonly List<(Label Label, HostExit Reason, RegionNode Node, int Index, RegisterCache.Known Known, Action? InSlot)>
        _givenUp = [];
    private readonly Dictionary<HostExit, Label> _giveUp = []; // those of the instruction
    private readonly List<Action> _later = [];
    private readonly List<(Label Label, RegionNode Node, int Unretired)> _partials = [];
    private RegionNode _node;
    private AccessGroups _groups = null!; // of the node that is emitted, as the three below
    private Quotients _quotients = null!;
    private UnreadWrites _unread = null!;
    private StoredValues _stored = null!;
    private Label? _turn; // where the next turn of the loop begins
    private object? _turned; // what is known of registers there
    private int _index;

    private RegionEmitter(IlWriter il, IsaDefinition isa, RegionShape shape, BlockSurroundings surroundings)
        : base(il, isa)
    {
        _shape = shape;
        _surroundings = surroundings;
        _node = shape.Nodes[0];
        _registers = new RegisterCache(il, shape.Trust?.Numbers ?? new HashSet<int>());
    }

    /// <summary>Translates a region.</summary>
    public static CompiledMethod Translate(IsaDefinition isa, RegionShape shape, BlockSurroundings surroundings, bool withText)
    {
        var pc = shape.Nodes[0].Pc;
        return CompiledMethod.Compile(
            shape.IsBlock ? $"block_{pc:x}" : $"region_{pc:x}",
            CompiledMethod.BlockParameters,
            withText,
            il => new RegionEmitter(il, isa, shape, surroundings).Emit());
    }

    public override void LoadRegister(int slot)
    {
        if (slot == Trust?.RoundEvenSlot) Il.Const(FloatMode.RoundEven);
        else _registers.Load(slot);
    }

    public override void LoadRegisterHalf(int slot)
    {
        if (slot == Trust?.RoundEvenSlot) Il.Const32((int)FloatMode.RoundEven);
        else _registers.LoadHalf(slot);
    }

    public override bool IsSigned(int slot) => _registers.IsSigned(slot);

    public override bool IsHalf(int slot) => _registers.IsHalf(slot);

    public override void LoadRegisterAt(Node n) => throw new InvalidOperationException("a block knows its registers");

    public override void LoadFromRecord(Node n) => throw new InvalidOperationException("a block has no record");

    protected override Label GiveUp => GiveUpAs(HostExit.Interpret);

    protected override FloatTrust? Trust => _shape.Trust;

    protected override Label GiveUpAs(HostExit odd)
    {
        if (_giveUp.TryGetValue(odd, out var label)) return label;
        _giveUp.Add(odd, label = Il.Label());
        _givenUp.Add((label, odd, _node, _index, _registers.Snapshot(), _inSlot));
        return label;
    }

    protected override void EmitLater(Action emit) => _later.Add(emit);

    protected override void LoadNumber(int slot) => _registers.LoadNumber(slot);

    protected override void StoreRegister(int slot, LocalBuilder value) => _registers.Store(slot, value);

    protected override bool IsPaged => _node.Code.Key.IsPaged;

    protected override void LoadRamStart() => Il.Const((long)_surroundings.RamStart);

    protected override void LoadLastOffset(int bytes) => Il.Const((long)_surroundings.RamSize - bytes);

    protected override void LoadWatch() => Il.Const(_surroundings.Watch);

    public override Quotient? QuotientOf(Node division) => _quotients.Find(division);

    protected override StoredValue? StoredBefore(Node load) => _stored.Before(load);

    protected override StoredValue? StoredLater(Node store) => _stored.Of(store);

    protected override (AccessGroup Group, long Distance)? GroupOf(Node access) => _groups.Find(access);

    protected override void StoreRegister(int slot, Action loadValue) => _registers.Store(slot, loadValue);

    protected override void StoreSigned(int slot, Action loadValue) => _registers.StoreSigned(slot, loadValue);

    protected override bool CanBeHalf(int slot) => _registers.CanBeHalf(slot);

    protected override void StoreHalf(int slot, Action loadHalf) => _registers.StoreHalf(slot, loadHalf);

    protected override void StoreRegisterAt(Node step, LocalBuilder index, LocalBuilder value) =>
        throw new InvalidOperationException("a block knows its registers");

    protected override object Snapshot() => _registers.Snapshot();

    protected override void Restore(object snapshot) => _registers.Restore((RegisterCache.Known)snapshot);

    protected override void Join(object before, object other)
    {
        var there = (RegisterCache.Known)other;
        var here = _registers.Snapshot();
        // A register that one path wrote is in its local on both only if the other had it there as well.
        foreach (var slot in there.Dirty.Union(here.Dirty))
        {
            if (!there.Valid.Contains(slot) || !here.Valid.Contains(slot))
            {
                throw new InvalidOperationException("a register is written on one of two paths that go on");
            }
        }

        if (!here.PutOff.SequenceEqual(there.PutOff))
        {
            throw new InvalidOperationException("a register is put off on one of two paths that go on");
        }

        if (!here.Halves.SetEquals(there.Halves))
        {
            throw new InvalidOperationException("half a register is there on one of two paths that go on");
        }

        here.Valid.IntersectWith(there.Valid);
        here.Dirty.UnionWith(there.Dirty);
        here.Signed.IntersectWith(there.Signed);
        _registers.Restore(here);
    }

    protected override void LeaveTo(Node target)
    {
        if (Fold.IsConst(target)) LeaveTo(Fold.Value(target));
        else LeaveToComputed(_node.Instructions[_index], () => Expressions.Emit(target));
    }

    protected override void LeaveOverNext() => throw new InvalidOperationException("a block knows its slots");

    private void Emit()
    {
        if (_shape.Trust is { } trust) EmitTrust(trust);
        EmitLastRanges();
        foreach (var node in _shape.Nodes) _labels.Add(node.Pc, Il.Label());
        BeginDispatch();
        EmitEntries();
        foreach (var node in _shape.Nodes) Emit(node);
        EmitDispatch();
        foreach (var emit in _later) emit();
        EmitGivenUp();
        EmitPartials();
    }

    /// <summary>Looks whether what the region relies on is so; if not, it runs nothing.</summary>
    private void EmitTrust(FloatTrust trust)
    {
        var (holds, fails) = (Il.Label(), Il.Label());
        Il.LoadWord(trust.Flags);
        Il.Const((long)FloatFlags.Inexact);
        Il.Op(OpCodes.And);
        Il.Branch(trust.Mode is null ? OpCodes.Brtrue : OpCodes.Brfalse, trust.Mode is null ? holds : fails);
        if (trust.Mode is { } mode)
        {
            Il.LoadWord(mode);
            Il.Const(FloatMode.RoundMask);
            Il.Op(OpCodes.And);
            Il.Branch(OpCodes.Brfalse, holds); // to even
        }

        Il.Mark(fails);
        LeaveAsOdd();
        Return(() => Il.LoadWord(Isa.PcSlot), HostExit.OddNumber, 0);
        Il.Mark(holds);
    }

    private void LeaveAsOdd()
    {
        Il.WordAddress(EngineWords.Region);
        Il.Const((long)_shape.Nodes[0].Pc);
        Il.StoreWord();
    }

    private Label Partial(RegionNode node, int unretired)
    {
        var label = Il.Label();
        _partials.Add((label, node, unretired));
        return label;
    }

    private void Emit(RegionNode node)
    {
        Il.FreeLocals();
        _node = node;
        _groups = GroupsOf(node);
        _quotients = new Quotients(node);
        _unread = new UnreadWrites(node);
        _stored = StoredIn(node);
        _registers.Begin(node.Pinned);
        Il.Mark(_labels[node.Pc]);
        EmitWayIn(node);
        // Where nothing follows before the next check, one subtraction does for both.
        var isFused = node.Checks && node.LongestPath == node.Count;
        if (node.Checks && !isFused) EmitCheck(node);
        Il.Argument(CompiledMethod.Counter);
        Il.Const(node.Count);
        Il.Op(OpCodes.Sub);
        Il.SetArgument(CompiledMethod.Counter);
        if (isFused)
        {
            Il.Argument(CompiledMethod.Counter);
            Il.Const(0);
            Il.Branch(OpCodes.Blt, Partial(node, node.Count));
        }

        var pc = node.Pc;
        var falls = true;
        for (_index = 0; _index < node.Count; _index++)
        {
            var decoded = node.DecodedAt(_index);
            pc = node.AddressOf(_index);
            Il.Comment($"{pc:x}: {decoded.Definition!.Name}");
            _giveUp.Clear();
            pc += (ulong)decoded.Length;
            if (_unread.Find(_index) is { } write)
            {
                _registers.PutOff(write.Index, write.A!);
                continue;
            }

            Prefetch(node.Instructions[_index]);
            if (!node.Instructions[_index].OpensSlot)
            {
                falls = Emit(node.Instructions[_index]);
                if (node.EndsTurn(_index)) BeginTurn(falls, pc);
                continue;
            }

            falls = EmitWithSlot(node);
            pc = node.AddressOf(_index + 1);
        }

        _index--;
        if (falls) LeaveTo(pc & AddressMask);
    }

    /// <summary>Control is where the loop isn't gone on with; the next turn begins behind this.</summary>
    private void BeginTurn(bool falls, ulong pc)
    {
        if (_turn is not { } turn) throw new InvalidOperationException($"the loop at {_node.Pc:x} doesn't turn");
        if (falls)
        {
            var (node, index, state, leaves) = (_node, _index, Snapshot(), Il.Label());
            Il.Branch(OpCodes.Br, leaves);
            EmitLater(() =>
            {
                (_node, _index) = (node, index);
                _registers.Begin(node.Pinned);
                Restore(state);
                Il.Mark(leaves);
                LeaveTo(pc & AddressMask);
            });
        }

        Il.Mark(turn);
        Restore(_turned!);
        _turn = null;
    }

    /// <summary>The ways out for single instructions that the reference interpreter must do.</summary>
    private void EmitGivenUp()
    {
        if (_givenUp.Count == 0) return;
        Il.FreeLocals();
        var pc = Il.Local();
        foreach (var alike in _givenUp.GroupBy(each => (each.Node.Pinned, each.Reason)))
        {
            var shared = Il.Label();
            foreach (var (label, _, node, index, known, inSlot) in alike)
            {
                Il.Mark(label);
                _registers.Begin(node.Pinned);
                // What the state has as well needn't stay in its local for this.
                _registers.Restore(known with { Valid = known.Dirty });
                EmitPutOff();
                _registers.WidenAll();
                _registers.WriteBack(_registers.Dirty);
                inSlot?.Invoke();
                GiveBack(node.Count - index);
                Il.Const((long)node.AddressOf(index));
                Il.Set(pc);
                Il.Branch(OpCodes.Br, shared);
            }

            Il.Mark(shared);
            _registers.Begin(alike.Key.Pinned);
            _registers.WriteBackPinned();
            if (alike.Key.Reason != HostExit.Interpret) LeaveAsOdd();
            Return(() => Il.Get(pc), alike.Key.Reason, 0);
        }
    }

    /// <summary>The ways out where the counter is too short; nothing of the node has run.</summary>
    private void EmitPartials()
    {
        foreach (var (label, node, unretired) in _partials)
        {
            Il.Mark(label);
            _registers.Begin(node.Pinned);
            _registers.WriteBack(node.Pinned.Written);
            if (_shape.IsBlock || !node.HasBlock) Return(node.Pc, HostExit.Partial, unretired);
            else GoOnInBlock(node, unretired);
        }
    }

    /// <summary>Smaller units do what is left of the epoch: the first block that is too long for that gives control back.</summary>
    private void GoOnInBlock(RegionNode node, int unretired)
    {
        GiveBack(unretired);
        Il.WordAddress(EngineWords.Short);
        Il.Const(1);
        Il.StoreWord();
        Il.WordAddress(Isa.PcSlot);
        Il.Const((long)node.Pc);
        Il.StoreWord();
        Il.Argument(CompiledMethod.State);
        Il.Argument(CompiledMethod.Memory);
        Il.Argument(CompiledMethod.Counter);
        Il.Const(_surroundings.BlockSlotOf(node.Code.Key));
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I);
        Il.TailCall(CompiledMethod.BlockParameters);
    }

    private AccessGroups GroupsOf(RegionNode node)
    {
        var isPaged = node.Code.Key.IsPaged;
        return isPaged && !_shape.Trusts.Groups ? AccessGroups.None : new AccessGroups(node, isPaged || IsRamLow, isPaged);
    }

    private StoredValues StoredIn(RegionNode node) => new(node, node.Code.Key.IsPaged || IsRamLow);

    private bool IsRamLow => _surroundings.RamStart + (_surroundings.RamSize - 1) <= uint.MaxValue;

    /// <summary>Computes what was put off until control leaves.</summary>
    private void EmitPutOff()
    {
        foreach (var (slot, value) in _registers.TakePutOff()) _registers.Store(slot, () => Expressions.Emit(value));
    }

    private ulong AddressMask => Fold.Mask(Isa.AddressBits);

    /// <summary>What an instruction reads or writes is brought into locals before its paths part.</summary>
    private void Prefetch(Specialized instruction)
    {
        var branches = Array.Exists(instruction.Steps, step => step.Op is Op.If or Op.Block);
        instruction.Visit(n =>
        {
            if (n.Op != Op.Register && (!branches || n.Op != Op.SetRegister)) return;
            if (n.Index == Trust?.RoundEvenSlot) return;
            _registers.Fetch(n.Index);
            if (instruction.HasPaths) _registers.Widen(n.Index);
        });
    }

    /// <summary>Gives control back, with what the counter gets back.</summary>
    private void Return(ulong pc, HostExit reason, int unretired) => Return(() => Il.Const((long)pc), reason, unretired);

    private void Return(Action loadPc, HostExit reason, int unretired)
    {
        Il.WordAddress(Isa.PcSlot);
        loadPc();
        Il.StoreWord();
        Il.WordAddress(EngineWords.Exit);
        Il.Const((long)reason);
        Il.StoreWord();
        Il.Argument(CompiledMethod.Counter);
        if (unretired > 0)
        {
            Il.Const(unretired);
            Il.Op(OpCodes.Add);
        }

        Il.Op(OpCodes.Ret);
    }

    /// <summary>Instructions of the block that are not reached when control leaves behind the present one.</summary>
    private int Unretired => _node.Count - _index - 1;

    private void GiveBack(int unretired)
    {
        if (unretired == 0) return;
        Il.Argument(CompiledMethod.Counter);
        Il.Const(unretired);
        Il.Op(OpCodes.Add);
        Il.SetArgument(CompiledMethod.Counter);
    }

    private void LoadCounter(int unretired)
    {
        Il.Argument(CompiledMethod.Counter);
        if (unretired == 0) return;
        Il.Const(unretired);
        Il.Op(OpCodes.Add);
    }

    private void LeaveTo(ulong target)
    {
        target &= AddressMask;
        if (target == _node.Pc && _node.EndsTurn(_index) && _turn is null)
        {
            _turn = Il.Label();
            _turned = Snapshot();
            Il.Branch(OpCodes.Br, _turn.Value);
            return;
        }

        EmitPutOff();
        if (_labels.TryGetValue(target, out var label))
        {
            if (!_shape.Follows(_node, target))
            {
                throw new InvalidOperationException($"{_node.Pc:x} goes on to {target:x}, which the region's shape doesn't say");
            }

            _registers.PassTo(_shape.NodeAt(target).Pinned);
            GiveBack(Unretired);
            Il.Branch(OpCodes.Br, label);
            return;
        }

        if (IsPaged && !IsInPage(target))
        {
            // What code there is behind another page's addresses is known at run time alone.
            LeaveToComputed(null, () => Il.Const((long)target));
            return;
        }

        _registers.WriteBack(_registers.Dirty);
        _registers.WriteBackPinned();
        Il.WordAddress(Isa.PcSlot);
        Il.Const((long)target);
        Il.StoreWord();
        Il.Argument(CompiledMethod.State);
        Il.Argument(CompiledMethod.Memory);
        LoadCounter(Unretired);
        Il.Const(_surroundings.SlotOf(_node.Code.Key.At(target)));
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I);
        Il.TailCall(CompiledMethod.BlockParameters);
    }

    private bool IsInPage(ulong target) => ((target ^ _node.Pc) & ~(Memory.GuestMemory.PageBytes - 1UL)) == 0;

    /// <summary>Leaves to an address that is put on the stack when it is asked for.</summary>
    private void LeaveToComputed(Specialized? branch, Action loadTarget)
    {
        var pc = Il.Local();
        loadTarget();
        Il.Set(pc);
        EmitPutOff();
        _registers.WidenAll(); // once for all the ways that it may go
        _registers.WriteBack(_registers.Dirty);
        if (branch is not null) TryReturnSites(branch, pc);
        if (branch is not null && _shape.IsDispatching(branch))
        {
            _registers.SwitchTo(_shape.DispatchPinned);
            GiveBack(Unretired);
            GoToDispatch(pc);
            return;
        }

        GoOnByTable(pc, Unretired);
    }

    /// <summary>Goes on in the code that the table of computed jumps has for an address, or gives control back.</summary>
    private void GoOnByTable(LocalBuilder pc, int unretired)
    {
        var entry = Il.Local();
        _registers.WriteBackPinned();
        Il.WordAddress(Isa.PcSlot);
        Il.Get(pc);
        Il.StoreWord();
        Il.Get(pc);
        Il.Const32(_surroundings.JumpShift);
        Il.Op(OpCodes.Shr_Un);
        Il.Const((IsPaged ? PagedJumpEntries : JumpEntries) - 1);
        Il.Op(OpCodes.And);
        Il.Const(JumpEntryBytes);
        Il.Op(OpCodes.Mul);
        if (IsPaged) Il.LoadWord(EngineWords.PagedJumps);
        else Il.Const(_surroundings.Jumps);
        Il.Op(OpCodes.Add);
        Il.Set(entry);
        var miss = Il.Label();
        Il.Get(entry);
        Il.Op(OpCodes.Ldind_I8);
        Il.Get(pc);
        Il.Branch(OpCodes.Bne_Un, miss);
        Il.Argument(CompiledMethod.State);
        Il.Argument(CompiledMethod.Memory);
        LoadCounter(unretired);
        Il.Get(entry);
        Il.Const(8);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Ldind_I);
        Il.TailCall(CompiledMethod.BlockParameters);
        Il.Mark(miss);
        Il.WordAddress(EngineWords.Exit);
        Il.Const((long)HostExit.Dispatch);
        Il.StoreWord();
        LoadCounter(unretired);
        Il.Op(OpCodes.Ret);
    }

    /// <summary>A return most often comes back to a call of this region.</summary>
    private void TryReturnSites(Specialized branch, LocalBuilder pc)
    {
        foreach (var site in _shape.ReturnSites(branch))
        {
            Il.Get(pc);
            Il.Const((long)site.Pc);
            if (Unretired == 0 && site.Pinned == _node.Pinned)
            {
                Il.Branch(OpCodes.Beq, _labels[site.Pc]);
                continue;
            }

            var next = Il.Label();
            Il.Branch(OpCodes.Bne_Un, next);
            _registers.SwitchTo(site.Pinned);
            GiveBack(Unretired);
            Il.Branch(OpCodes.Br, _labels[site.Pc]);
            Il.Mark(next);
        }
    }
}

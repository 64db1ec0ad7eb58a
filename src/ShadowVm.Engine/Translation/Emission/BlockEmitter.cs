using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>What a block's code refers to outside of itself; all of it stays in place as long as the code is used.</summary>
/// <param name="RamStart">First guest address of RAM.</param>
/// <param name="RamSize">Its size in bytes.</param>
/// <param name="Watch">Host address of the store watch's bytes.</param>
/// <param name="Jumps">Host address of the table for computed jumps.</param>
/// <param name="JumpShift">How far an address is shifted for an index in that table.</param>
/// <param name="SlotOf">Host address of the slot that holds the code for a place.</param>
internal sealed record BlockSurroundings(
    ulong RamStart, ulong RamSize, nint Watch, nint Jumps, int JumpShift, Func<CodeKey, nint> SlotOf);

/// <summary>
/// Translates a block into one method: (state, memory, counter) -> counter.
/// <para>
/// At its entry the method takes the block's length from the recovery counter, or leaves if that is not there: the
/// last instructions of an epoch are the cold tier's. Who leaves in the middle gives back what was not retired. Exits
/// to known addresses go on in the successor's code through its slot, computed ones through a small table; neither
/// returns to the dispatcher. A block that branches to its own start loops inside the method, with its registers in
/// locals throughout.
/// </para>
/// </summary>
internal sealed partial class BlockEmitter : StepEmitter
{
    /// <summary>Entries of the table for computed jumps; each is an address and the code for it.</summary>
    public const int JumpEntries = 4096;

    /// <summary>Entries of such a table where addresses are translated: it is forgotten now and then.</summary>
    public const int PagedJumpEntries = 1024;

    /// <summary>Size of an entry of that table in bytes.</summary>
    public const int JumpEntryBytes = 16;

    // Beyond this many stores in exits that are hardly ever taken, those exits share one that stores all registers.
    private const int ExitStoresMax = 64;

    private readonly BlockCode _block;
    private readonly BlockSurroundings _surroundings;
    private readonly RegisterCache _registers;
    private readonly List<(Label Label, int Index, int[] Dirty, Action? InSlot)> _givenUp = [];
    private Label? _giveUp;
    private Label _head;
    private bool _loops;
    private bool _sharesExit;
    private int _index;

    private BlockEmitter(IlWriter il, IsaDefinition isa, BlockCode block, BlockSurroundings surroundings)
        : base(il, isa)
    {
        _block = block;
        _surroundings = surroundings;
        _registers = new RegisterCache(il);
    }

    /// <summary>Translates; null where not even the first instruction can be.</summary>
    public static CompiledMethod? Translate(
        IsaDefinition isa, BlockCode block, BlockSurroundings surroundings, bool withText, out BlockCode translated)
    {
        var (instructions, bytes) = (new List<Specialized>(), 0);
        var (loopCount, loopBytes) = (0, 0);
        while (instructions.Count < block.Instructions.Length)
        {
            var at = instructions.Count;
            if (Specialize(isa, block, at, bytes, inSlot: false) is not { } specialized) break;
            var endsBeforeSlot = false;
            if (specialized.OpensSlot)
            {
                var inSlot = SpecializeSlot(isa, block, at, bytes);
                if (BranchShape.Of(specialized) is null || (inSlot is null && at > 0)) break;
                if (inSlot is not null)
                {
                    instructions.Add(specialized);
                    instructions.Add(inSlot);
                    bytes += 2 * isa.UnitBytes;
                }
                else
                {
                    instructions.Add(specialized);
                    bytes += isa.UnitBytes;
                    endsBeforeSlot = true; // what comes next would be taken for the instruction in the slot
                }
            }
            else
            {
                instructions.Add(specialized);
                bytes += block.Instructions[at].Length;
            }

            if (GoesTo(specialized, block.Pc)) (loopCount, loopBytes) = (instructions.Count, bytes);
            if (endsBeforeSlot || (specialized.Branches && !MayFall(specialized.Steps))) break;
        }

        if (loopCount > 0)
        {
            // What follows a loop would only make its registers more, and they are all loaded and written back.
            instructions.RemoveRange(loopCount, instructions.Count - loopCount);
            bytes = loopBytes;
        }

        translated = new BlockCode(block.Key, block.Instructions[..instructions.Count], bytes);
        if (instructions.Count == 0) return null;
        var code = translated;
        return CompiledMethod.Compile(
            $"block_{block.Pc:x}",
            CompiledMethod.BlockParameters,
            withText,
            il => new BlockEmitter(il, isa, code, surroundings).Emit(instructions));
    }

    public override void LoadRegister(int slot) => _registers.Load(slot);

    public override void LoadRegisterAt(Node n) => throw new InvalidOperationException("a block knows its registers");

    public override void LoadFromRecord(Node n) => throw new InvalidOperationException("a block has no record");

    protected override Label GiveUp
    {
        get
        {
            if (_giveUp is { } label) return label;
            var made = Il.Label();
            _giveUp = made;
            _givenUp.Add((made, _index, _registers.Dirty, _inSlot));
            return made;
        }
    }

    protected override bool IsPaged => _block.Key.IsPaged;

    protected override void LoadRamStart() => Il.Const((long)_surroundings.RamStart);

    protected override void LoadLastOffset(int bytes) => Il.Const((long)_surroundings.RamSize - bytes);

    protected override void LoadWatch() => Il.Const(_surroundings.Watch);

    protected override void StoreRegister(int slot, Action loadValue) => _registers.Store(slot, loadValue);

    protected override void StoreRegisterAt(Node step, LocalBuilder index, LocalBuilder value) =>
        throw new InvalidOperationException("a block knows its registers");

    protected override object Snapshot() => _registers.Snapshot();

    protected override void Restore(object snapshot) =>
        _registers.Restore(((SortedSet<int>, SortedSet<int>))snapshot);

    protected override void Join(object before, object other)
    {
        var (valid, dirty) = ((SortedSet<int> Valid, SortedSet<int> Dirty))other;
        var here = _registers.Snapshot();
        // A register that one path wrote is in its local on both only if the other had it there as well.
        foreach (var slot in dirty.Union(here.Dirty))
        {
            if (!valid.Contains(slot) || !here.Valid.Contains(slot))
            {
                throw new InvalidOperationException("a register is written on one of two paths that go on");
            }
        }

        here.Valid.IntersectWith(valid);
        here.Dirty.UnionWith(dirty);
        _registers.Restore(here);
    }

    protected override void LeaveTo(Node target)
    {
        if (Fold.IsConst(target)) LeaveTo(Fold.Value(target));
        else LeaveToComputed(() => Expressions.Emit(target));
    }

    protected override void LeaveOverNext() => throw new InvalidOperationException("a block knows its slots");

    private static bool GoesTo(Specialized instruction, ulong pc)
    {
        var goes = false;
        instruction.Visit(n => goes |= n.Op == Op.Goto && Fold.IsConst(n.A!) && Fold.Value(n.A!) == pc);
        return goes;
    }

    private static bool MayFall(ReadOnlySpan<Node> steps)
    {
        if (steps.IsEmpty) return true;
        var last = steps[^1];
        return last.Op switch
        {
            Op.Goto or Op.Raise or Op.Nullify => false,
            Op.If => last.C is null || MayFall([last.B!]) || MayFall([last.C]),
            Op.Block => MayFall(last.Items),
            _ => true,
        };
    }

    private void Emit(List<Specialized> instructions)
    {
        var (read, written, exitStores) = (new SortedSet<int>(), new SortedSet<int>(), 0);
        foreach (var instruction in instructions)
        {
            instruction.Visit(n =>
            {
                if (n.Op == Op.Register) read.Add(n.Index);
                if (n.Op is Op.Load or Op.Store or Op.ProbeStore or Op.Raise) exitStores += written.Count;
            });
            instruction.Visit(n =>
            {
                if (n.Op == Op.SetRegister) written.Add(n.Index);
            });
            _loops |= GoesTo(instruction, _block.Pc);
        }

        _sharesExit = exitStores > ExitStoresMax;

        var partial = Il.Label();
        _head = Il.Label();
        if (_loops)
        {
            foreach (var slot in read.Union(written)) _registers.Fetch(slot);
        }
        else if (_sharesExit)
        {
            // The shared exit stores them all, written by then or not.
            foreach (var slot in written) _registers.Fetch(slot);
        }

        Il.Mark(_head);
        if (_loops)
        {
            foreach (var slot in written) _registers.MarkDirty(slot);
        }

        var dirtyAtHead = _registers.Dirty;
        Il.Argument(CompiledMethod.Counter);
        Il.Const(instructions.Count);
        Il.Op(OpCodes.Sub);
        Il.SetArgument(CompiledMethod.Counter);
        Il.Argument(CompiledMethod.Counter);
        Il.Const(0);
        Il.Branch(OpCodes.Blt, partial);

        var pc = _block.Pc;
        var falls = true;
        for (_index = 0; _index < instructions.Count; _index++)
        {
            var decoded = _block.Instructions[_index];
            Il.Comment($"{pc:x}: {decoded.Definition!.Name}");
            _giveUp = null;
            Prefetch(instructions[_index]);
            pc += (ulong)decoded.Length;
            if (!instructions[_index].OpensSlot)
            {
                falls = Emit(instructions[_index]);
                continue;
            }

            falls = EmitWithSlot(instructions);
            pc = AddressOf(_index + 1);
        }

        _index--;
        if (falls) LeaveTo(pc & AddressMask);

        EmitGivenUp(written);

        Il.Mark(partial);
        _registers.WriteBack(dirtyAtHead);
        Return(_block.Pc, HostExit.Partial, instructions.Count);
    }

    /// <summary>The ways out for single instructions that the reference interpreter must do.</summary>
    private void EmitGivenUp(SortedSet<int> written)
    {
        if (!_sharesExit)
        {
            foreach (var (label, index, dirty, inSlot) in _givenUp)
            {
                Il.Mark(label);
                _registers.WriteBack(dirty);
                inSlot?.Invoke();
                Return(AddressOf(index), HostExit.Interpret, _block.Instructions.Length - index);
            }

            return;
        }

        var (pc, shared) = (Il.Local(), Il.Label());
        foreach (var (label, index, _, inSlot) in _givenUp)
        {
            Il.Mark(label);
            inSlot?.Invoke();
            Il.Argument(CompiledMethod.Counter);
            Il.Const(_block.Instructions.Length - index);
            Il.Op(OpCodes.Add);
            Il.SetArgument(CompiledMethod.Counter);
            Il.Const((long)AddressOf(index));
            Il.Set(pc);
            Il.Branch(OpCodes.Br, shared);
        }

        Il.Mark(shared);
        _registers.WriteBack(written);
        Return(() => Il.Get(pc), HostExit.Interpret, 0);
    }

    private ulong AddressMask => Fold.Mask(Isa.AddressBits);

    private ulong AddressOf(int index)
    {
        var pc = _block.Pc;
        for (var i = 0; i < index; i++) pc += (ulong)_block.Instructions[i].Length;
        return pc;
    }

    /// <summary>What an instruction reads or writes is brought into locals before its paths part.</summary>
    private void Prefetch(Specialized instruction)
    {
        var branches = Array.Exists(instruction.Steps, step => step.Op is Op.If or Op.Block);
        instruction.Visit(n =>
        {
            if (n.Op == Op.Register || (branches && n.Op == Op.SetRegister)) _registers.Fetch(n.Index);
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
    private int Unretired => _block.Instructions.Length - _index - 1;

    private void LoadCounter()
    {
        Il.Argument(CompiledMethod.Counter);
        if (Unretired == 0) return;
        Il.Const(Unretired);
        Il.Op(OpCodes.Add);
    }

    private void LeaveTo(ulong target)
    {
        target &= AddressMask;
        if (_loops && target == _block.Pc)
        {
            if (Unretired > 0)
            {
                LoadCounter();
                Il.SetArgument(CompiledMethod.Counter);
            }

            Il.Branch(OpCodes.Br, _head);
            return;
        }

        if (IsPaged && !IsInPage(target))
        {
            // What code there is behind another page's addresses is known at run time alone.
            LeaveToComputed(() => Il.Const((long)target));
            return;
        }

        _registers.WriteBack(_registers.Dirty);
        Il.WordAddress(Isa.PcSlot);
        Il.Const((long)target);
        Il.StoreWord();
        Il.Argument(CompiledMethod.State);
        Il.Argument(CompiledMethod.Memory);
        LoadCounter();
        Il.Const(_surroundings.SlotOf(_block.Key.At(target)));
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I);
        Il.TailCall(CompiledMethod.BlockParameters);
    }

    private bool IsInPage(ulong target) => ((target ^ _block.Pc) & ~(Memory.GuestMemory.PageBytes - 1UL)) == 0;

    private void LeaveToComputed(Action loadTarget)
    {
        var (pc, entry) = (Il.Local(), Il.Local());
        loadTarget();
        Il.Set(pc);
        _registers.WriteBack(_registers.Dirty);
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
        LoadCounter();
        Il.Get(entry);
        Il.Const(8);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Ldind_I);
        Il.TailCall(CompiledMethod.BlockParameters);
        Il.Mark(miss);
        Il.WordAddress(EngineWords.Exit);
        Il.Const((long)HostExit.Dispatch);
        Il.StoreWord();
        LoadCounter();
        Il.Op(OpCodes.Ret);
    }
}

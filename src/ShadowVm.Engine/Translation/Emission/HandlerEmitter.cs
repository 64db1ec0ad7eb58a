using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Engine.Translation.Cold;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Emits a cold handler: (state, memory, counter, record) -> counter. It does one instruction with the operands of its
/// record, takes one from the recovery counter, and goes on in the next record's handler. Nothing in it belongs to one
/// machine: where RAM lies is read from the engine's words.
/// </summary>
internal sealed class HandlerEmitter(IlWriter il, IsaDefinition isa, int length, int[] operands, bool isPaged)
    : StepEmitter(il, isa)
{
    private Label? _giveUp;

    protected override Label GiveUp => _giveUp ??= Il.Label();

    private int UnitShift => int.Log2(Isa.UnitBytes);

    public void EmitHandler(Specialized instruction)
    {
        var over = Il.Label();
        Il.Argument(CompiledMethod.Counter);
        Il.Const(0);
        Il.Branch(OpCodes.Ble, over);
        if (instruction.OpensSlot)
        {
            // A branch in a delay slot goes on at npc, and opens another slot there.
            Il.LoadWord(Isa.DelaySlot);
            Il.Branch(OpCodes.Brtrue, GiveUp);
        }

        if (Emit(instruction)) GoOnBehind(instruction);
        if (_giveUp is { } label)
        {
            Il.Mark(label);
            EmitLeave(Il, Isa, HostExit.Interpret);
        }

        Il.Mark(over);
        EmitLeave(Il, Isa, HostExit.Counter);
    }

    /// <summary>
    /// Gives control back with nothing of this record's instruction done. Where no definition is given, pc is left to
    /// the dispatcher, which knows the record.
    /// </summary>
    public static void EmitLeave(IlWriter il, IsaDefinition? isa, HostExit reason)
    {
        if (isa is not null)
        {
            il.WordAddress(isa.PcSlot);
            LoadPc(il);
            il.StoreWord();
        }
        else
        {
            il.WordAddress(EngineWords.Record);
            il.Argument(CompiledMethod.Record);
            il.Op(OpCodes.Conv_I8);
            il.StoreWord();
        }

        il.WordAddress(EngineWords.Exit);
        il.Const((long)reason + (isa is null ? EngineWords.PcInRecord : 0));
        il.StoreWord();
        il.Argument(CompiledMethod.Counter);
        il.Op(OpCodes.Ret);
    }

    /// <summary>
    /// Goes on in the block at the record's address, which the table for computed jumps most often has: at an epoch's
    /// ends control comes this way, and the way through the dispatcher would be the longer part of a boundary.
    /// </summary>
    public static void EmitEnterBlock(IlWriter il, IsaDefinition isa)
    {
        var (entry, miss) = (il.Local(), il.Label());
        if (isa.DelaySlot >= 0) EmitRawInSlot(il, isa);
        LoadPc(il);
        il.Const32(int.Log2(isa.UnitBytes));
        il.Op(OpCodes.Shr_Un);
        il.Const(RegionEmitter.JumpEntries - 1);
        il.Op(OpCodes.And);
        il.Const(RegionEmitter.JumpEntryBytes);
        il.Op(OpCodes.Mul);
        il.LoadWord(EngineWords.Jumps);
        il.Op(OpCodes.Add);
        il.Set(entry);
        il.Get(entry);
        il.Op(OpCodes.Conv_I);
        il.Op(OpCodes.Ldind_I8);
        LoadPc(il);
        il.Branch(OpCodes.Bne_Un, miss);
        il.WordAddress(isa.PcSlot);
        LoadPc(il);
        il.StoreWord();
        il.WordAddress(EngineWords.Crossed);
        il.Argument(CompiledMethod.Counter);
        il.StoreWord();
        il.Argument(CompiledMethod.State);
        il.Argument(CompiledMethod.Memory);
        il.Argument(CompiledMethod.Counter);
        il.Get(entry);
        il.Const(8);
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Conv_I);
        il.Op(OpCodes.Ldind_I);
        il.TailCall(CompiledMethod.BlockParameters);
        il.Mark(miss);
        EmitLeave(il, null, HostExit.Dispatch);
    }

    /// <summary>Behind a branch the instruction stands in its slot: a block is entered elsewhere.</summary>
    private static void EmitRawInSlot(IlWriter il, IsaDefinition isa)
    {
        var free = il.Label();
        il.LoadWord(isa.DelaySlot);
        il.Branch(OpCodes.Brfalse, free);
        il.Argument(CompiledMethod.State);
        il.Argument(CompiledMethod.Memory);
        il.Argument(CompiledMethod.Counter);
        il.Argument(CompiledMethod.Record);
        il.Argument(CompiledMethod.Record);
        il.Const32(Cold.Record.RawOffset);
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Ldind_I);
        il.TailCall(CompiledMethod.HandlerParameters);
        il.Mark(free);
    }

    public override void LoadRegister(int slot) => Il.LoadWord(slot);

    public override void LoadRegisterAt(Node n)
    {
        ElementAddress(n.Index, () => Expressions.Emit(n.A!));
        Il.Op(OpCodes.Ldind_I8);
    }

    public override void LoadFromRecord(Node n)
    {
        if (n.Op == Op.Pc)
        {
            LoadPc(Il);
            return; // it is stored cut to the width of addresses
        }

        Field(Record.OperandOffset + (8 * Array.IndexOf(operands, n.Index)));
        if (n.Width == 64) return;
        Il.Const((long)Fold.Mask(n.Width));
        Il.Op(OpCodes.And);
    }

    protected override bool IsPaged => isPaged;

    protected override void LoadRamStart() => Il.LoadWord(EngineWords.RamStart);

    protected override void LoadLastOffset(int bytes)
    {
        Il.LoadWord(EngineWords.RamSize);
        Il.Const(bytes);
        Il.Op(OpCodes.Sub);
    }

    protected override void LoadWatch()
    {
        Il.LoadWord(EngineWords.Watch);
        Il.Op(OpCodes.Conv_I);
    }

    protected override void StoreRegister(int slot, Action loadValue)
    {
        Il.WordAddress(slot);
        loadValue();
        Il.StoreWord();
    }

    protected override void StoreRegisterAt(Node step, LocalBuilder index, LocalBuilder value)
    {
        var skip = Il.Label();
        var zero = Isa.Registers[step.Index].Zero;
        // A plain operand isn't the zero register: there is another handler for that.
        var asks = zero >= 0 && step.A!.Op != Op.Operand;
        if (asks)
        {
            Il.Get(index);
            Il.Const(zero);
            Il.Branch(OpCodes.Beq, skip);
        }

        ElementAddress(step.Index, () => Il.Get(index));
        Il.Get(value);
        Il.StoreWord();
        Il.Mark(skip);
    }

    protected override object Snapshot() => this;

    protected override void Restore(object snapshot)
    {
    }

    protected override void Join(object before, object other)
    {
    }

    /// <summary>With delay slots, the next record's instruction comes first.</summary>
    protected override void LeaveTo(Node target)
    {
        if (Isa.DelaySlot < 0) JumpTo(target);
        else GoOnInSlot(() => Expressions.Emit(target));
    }

    protected override void LeaveOverNext() => GoOn(2);

    private void GoOnBehind(Specialized instruction)
    {
        if (Isa.DelaySlot < 0)
        {
            GoOn(1);
            return;
        }

        if (instruction.OpensSlot)
        {
            GoOnInSlot(() =>
            {
                LoadPc(Il);
                Il.Const(2 * length);
                Il.Op(OpCodes.Add);
                Il.Const((long)Fold.Mask(Isa.AddressBits));
                Il.Op(OpCodes.And);
            });
            return;
        }

        var inSlot = Il.Label();
        Il.LoadWord(Isa.DelaySlot);
        Il.Branch(OpCodes.Brtrue, inSlot);
        GoOn(1);
        Il.Mark(inSlot);
        Il.WordAddress(Isa.DelaySlot);
        Il.Const(0);
        Il.StoreWord();
        JumpTo(new Node { Op = Op.Register, Index = Isa.NextPcSlot, Width = Isa.AddressBits });
    }

    /// <summary>The next record's instruction stands in the slot of this one.</summary>
    private void GoOnInSlot(Action loadNextPc)
    {
        Il.WordAddress(Isa.NextPcSlot);
        loadNextPc();
        Il.StoreWord();
        Il.WordAddress(Isa.DelaySlot);
        Il.Const(1);
        Il.StoreWord();
        GoOn(1);
    }

    /// <summary>To another record, if its page has any; a jump there heats it.</summary>
    private void JumpTo(Node target)
    {
        var (pc, offset, page, record) = (Il.Local(), Il.Local(), Il.Local(), Il.Local());
        var (away, hot) = (Il.Label(), Il.Label());
        Expressions.Emit(target);
        Il.Set(pc);
        if (IsPaged) FindPaged(pc, offset, page, away);
        else FindFlat(pc, offset, page, away);
        Il.Get(page);
        Il.Branch(OpCodes.Brfalse, away);
        Il.Get(page);
        Il.Get(offset);
        Il.Const(GuestMemory.PageBytes - 1);
        Il.Op(OpCodes.And);
        Il.Const32(int.Log2(Record.Bytes) - UnitShift);
        Il.Op(OpCodes.Shl);
        Il.Op(OpCodes.Add);
        Il.Set(record);

        Il.Get(record);
        Il.Const(Record.HeatOffset);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Conv_I);
        Il.Get(record);
        Il.Const(Record.HeatOffset);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I8);
        Il.Const(1);
        Il.Op(OpCodes.Sub);
        Il.Op(OpCodes.Stind_I8);
        Il.Get(record);
        Il.Const(Record.HeatOffset);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I8);
        Il.Const(0);
        Il.Branch(OpCodes.Ble, hot);
        GoOnIn(() => Il.Get(record));

        Il.Mark(hot);
        LeaveFor(pc, HostExit.Hot);
        Il.Mark(away);
        LeaveFor(pc, HostExit.Dispatch);
    }

    /// <summary>The records of an address of memory, or 0; its offset in RAM.</summary>
    private void FindFlat(LocalBuilder pc, LocalBuilder offset, LocalBuilder page, Label away)
    {
        Il.Get(pc);
        Il.LoadWord(EngineWords.RamStart);
        Il.Op(OpCodes.Sub);
        Il.Set(offset);
        Il.Get(offset);
        Il.LoadWord(EngineWords.RamSize);
        Il.Branch(OpCodes.Bge_Un, away);
        MustBeUnit(offset, away);

        Il.LoadWord(EngineWords.RecordPages);
        Il.Get(offset);
        Il.Const32(GuestMemory.PageShift);
        Il.Op(OpCodes.Shr_Un);
        Il.Const32(3);
        Il.Op(OpCodes.Shl);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I8);
        Il.Set(page);
    }

    /// <summary>The records of a translated address, or 0; what counts as its offset is the address itself.</summary>
    private void FindPaged(LocalBuilder pc, LocalBuilder offset, LocalBuilder page, Label away)
    {
        var entry = Il.Local();
        Il.Get(pc);
        Il.Set(offset);
        MustBeUnit(offset, away);
        Il.Get(pc);
        Il.Const32(GuestMemory.PageShift);
        Il.Op(OpCodes.Shr_Un);
        Il.Const(TranslationSet.FetchPages - 1);
        Il.Op(OpCodes.And);
        Il.Const32(FetchEntry.Shift);
        Il.Op(OpCodes.Shl);
        Il.LoadWord(EngineWords.FetchPages);
        Il.Op(OpCodes.Add);
        Il.Set(entry);
        Il.Get(pc);
        Il.Const(-GuestMemory.PageBytes);
        Il.Op(OpCodes.And);
        LoadFrom(entry, 0);
        Il.Branch(OpCodes.Bne_Un, away);
        LoadFrom(entry, FetchEntry.RecordsOffset);
        Il.Set(page);
    }

    private void MustBeUnit(LocalBuilder offset, Label away)
    {
        if (UnitShift == 0) return;
        Il.Get(offset);
        Il.Const(Isa.UnitBytes - 1);
        Il.Op(OpCodes.And);
        Il.Branch(OpCodes.Brtrue, away);
    }

    /// <summary>The instruction was done, and control goes on at another address.</summary>
    private void LeaveFor(LocalBuilder pc, HostExit reason)
    {
        Il.WordAddress(Isa.PcSlot);
        Il.Get(pc);
        Il.StoreWord();
        Il.WordAddress(EngineWords.Exit);
        Il.Const((long)reason);
        Il.StoreWord();
        LoadCounterLessOne();
        Il.Op(OpCodes.Ret);
    }

    private void GoOn(int instructions) => GoOnIn(() =>
    {
        Il.Argument(CompiledMethod.Record);
        Il.Op(OpCodes.Conv_I8);
        Il.Const(instructions * (length >> UnitShift) * Record.Bytes);
        Il.Op(OpCodes.Add);
    });

    private void GoOnIn(Action loadRecord)
    {
        var next = Il.Local();
        loadRecord();
        Il.Set(next);
        Il.Argument(CompiledMethod.State);
        Il.Argument(CompiledMethod.Memory);
        LoadCounterLessOne();
        Il.Get(next);
        Il.Op(OpCodes.Conv_I);
        Il.Get(next);
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I); // the handler is a record's first word
        Il.TailCall(CompiledMethod.HandlerParameters);
    }

    private void LoadCounterLessOne()
    {
        Il.Argument(CompiledMethod.Counter);
        Il.Const(1);
        Il.Op(OpCodes.Sub);
    }

    private void ElementAddress(int file, Action index)
    {
        Il.Argument(CompiledMethod.State);
        index();
        Il.Const32(3);
        Il.Op(OpCodes.Shl);
        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Add);
        Il.Const32(Isa.Registers[file].FirstSlot * sizeof(ulong));
        Il.Op(OpCodes.Add);
    }

    private static void LoadPc(IlWriter il)
    {
        il.Argument(CompiledMethod.Record);
        il.Const32(Record.PcOffset);
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Ldind_I8);
    }

    private void Field(int offset)
    {
        Il.Argument(CompiledMethod.Record);
        Il.Const32(offset);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Ldind_I8);
    }
}

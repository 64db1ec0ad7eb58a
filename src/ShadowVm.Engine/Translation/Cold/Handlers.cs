using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Cold;

/// <summary>A handler with the operands it wants in its record, by position.</summary>
/// <param name="Method">The code, which lives as long as this.</param>
/// <param name="Operands">Operand numbers.</param>
/// <param name="GoesOn">Whether control goes on behind the instruction, unless it traps.</param>
internal sealed record Handler(CompiledMethod Method, int[] Operands, bool GoesOn)
{
    /// <summary>Where the code begins.</summary>
    public nint Entry => Method.Entry;
}

/// <summary>
/// The cold tier's handlers of one definition, made from its IR when they are first wanted and shared by all machines
/// that run it.
/// </summary>
internal sealed class Handlers
{
    private static readonly ConditionalWeakTable<IsaDefinition, Handlers> Shared = [];

    private readonly IsaDefinition _isa;
    private readonly Dictionary<(Instruction Instruction, string Known, bool IsPaged), Handler?> _handlers = [];
    private readonly Dictionary<Instruction, FrozenDictionary<int, long>> _destinations = [];
    private readonly Dictionary<Instruction, int[]> _chosen = [];
    private readonly Lock _gate = new();
    private readonly Lazy<CompiledMethod> _enterBlock;

    private Handlers(IsaDefinition isa)
    {
        _isa = isa;
        _enterBlock = new Lazy<CompiledMethod>(() => CompiledMethod.Compile(
            "enter_block",
            CompiledMethod.HandlerParameters,
            false,
            il => HandlerEmitter.EmitEnterBlock(il, isa)));
    }

    /// <summary>The record isn't decoded yet.</summary>
    public static nint Decode => Stubs.Decode.Entry;

    /// <summary>The instruction is the reference interpreter's.</summary>
    public static nint Interpret => Stubs.Interpret.Entry;

    /// <summary>Something better is to be found at this address: a block, or another page's records.</summary>
    public static nint LookUp => Stubs.LookUp.Entry;

    /// <summary>There is a block at this address.</summary>
    public nint EnterBlock => _enterBlock.Value.Entry;

    /// <summary>The handlers of a definition.</summary>
    public static Handlers Of(IsaDefinition isa) => Shared.GetValue(isa, static isa => new Handlers(isa));

    /// <summary>The handler for an instruction, or null where the reference interpreter must do it.</summary>
    /// <param name="decoded">The instruction.</param>
    /// <param name="isPaged">Whether addresses are translated where it runs.</param>
    public Handler? For(DecodedInstruction decoded, bool isPaged)
    {
        if (decoded.Definition is not { } instruction || decoded.Class != InstructionClass.User) return null;
        lock (_gate)
        {
            var key = (instruction, KnownText(decoded, instruction), isPaged);
            if (!_handlers.TryGetValue(key, out var handler))
            {
                handler = Make(instruction, decoded.Length, KnownIn(decoded, instruction), isPaged, withText: false);
                _handlers.Add(key, handler);
            }

            return handler;
        }
    }

    /// <summary>As <see cref="For"/>, made anew and with its IL as text.</summary>
    public Handler? Show(DecodedInstruction decoded)
    {
        if (decoded.Definition is not { } instruction || decoded.Class != InstructionClass.User) return null;
        lock (_gate) return Make(instruction, decoded.Length, KnownIn(decoded, instruction), isPaged: false, withText: true);
    }

    /// <summary>
    /// Operands whose very value the handler is made for: because it drops a result, because the word has its class by it
    /// (few values do), or for want of room in the record.
    /// </summary>
    private FrozenDictionary<int, long> KnownIn(DecodedInstruction decoded, Instruction instruction)
    {
        var known = DestinationsOf(instruction).Where(each => decoded.Operands[each.Key] == each.Value).ToDictionary();
        foreach (var operand in ChosenOf(instruction, decoded.Length)) known[operand] = decoded.Operands[operand];
        return known.ToFrozenDictionary();
    }

    /// <summary>The same as a text, which most instructions have none of: each record that is decoded asks.</summary>
    private string KnownText(DecodedInstruction decoded, Instruction instruction)
    {
        var text = "";
        foreach (var (operand, dropped) in DestinationsOf(instruction))
        {
            if (decoded.Operands[operand] == dropped) text += $"{operand}={dropped},";
        }

        foreach (var operand in ChosenOf(instruction, decoded.Length)) text += $"{operand}={decoded.Operands[operand]},";
        return text;
    }

    private int[] ChosenOf(Instruction instruction, int length)
    {
        if (!_chosen.TryGetValue(instruction, out var chosen))
        {
            chosen = [.. instruction.ClassOperands];
            if (instruction.OperandNames.Length > Record.OperandsMax) chosen = [.. chosen.Union(Small(instruction, length))];
            _chosen.Add(instruction, chosen);
        }

        return chosen;
    }

    /// <summary>Operands beyond those that fit a record: of few values, and none that choose a register.</summary>
    private IEnumerable<int> Small(Instruction instruction, int length)
    {
        const int bitsMax = 3;
        var none = FrozenDictionary<int, long>.Empty;
        var (all, registers) = (new SortedDictionary<int, int>(), new HashSet<int>());
        Specializer.TrySpecialize(_isa, instruction, new RecordOperands(length, none, none))?.Visit(n =>
        {
            if (n.Op == Op.Operand) all[n.Index] = Math.Max(n.Width, all.GetValueOrDefault(n.Index));
            if (n is { Op: Op.RegisterAt or Op.SetRegisterAt, A.Op: Op.Operand }) registers.Add(n.A.Index);
        });
        return all.Where(each => each.Value <= bitsMax && !registers.Contains(each.Key)).Select(each => each.Key)
            .Take(Math.Max(0, all.Count - Record.OperandsMax));
    }

    private FrozenDictionary<int, long> DestinationsOf(Instruction instruction)
    {
        if (!_destinations.TryGetValue(instruction, out var destinations))
        {
            _destinations.Add(instruction, destinations = Destinations(instruction));
        }

        return destinations;
    }

    private Handler? Make(
        Instruction instruction, int length, FrozenDictionary<int, long> known, bool isPaged, bool withText)
    {
        var specialized = Specializer.TrySpecialize(_isa, instruction, new RecordOperands(length, known, DestinationsOf(instruction)));
        if (specialized is null || !StepEmitter.CanEmit(specialized)) return null;
        var (operands, unforeseen) = (new SortedSet<int>(), false);
        specialized.Visit(n =>
        {
            if (n.Op == Op.Operand) operands.Add(n.Index);
            unforeseen |= n is { Op: Op.SetRegisterAt, A.Op: Op.Operand } && _isa.Registers[n.Index].Zero >= 0
                && !DestinationsOf(instruction).ContainsKey(n.A.Index);
        });
        if (operands.Count > Record.OperandsMax || unforeseen) return null;
        int[] places = [.. operands];
        var method = CompiledMethod.Compile(
            $"cold_{instruction.Name}",
            CompiledMethod.HandlerParameters,
            withText,
            il => new HandlerEmitter(il, _isa, length, places, isPaged).EmitHandler(specialized));
        return new Handler(method, places, !specialized.Branches);
    }

    /// <summary>Operands that choose where a result goes, with the number there that drops it.</summary>
    private FrozenDictionary<int, long> Destinations(Instruction instruction)
    {
        var found = new Dictionary<int, long>();
        Visit(instruction.Body);
        var none = FrozenDictionary<int, long>.Empty;
        if (Calls(instruction.Body) && Specializer.TrySpecialize(_isa, instruction, new RecordOperands(4, none, none)) is { } inlined)
        {
            // A procedure may write where an argument says: once it is inlined, that is an operand as well.
            foreach (var step in inlined.Steps) Visit(step);
        }

        return found.ToFrozenDictionary();

        void Visit(Node n)
        {
            if (n is { Op: Op.SetRegisterAt, A.Op: Op.Operand } && _isa.Registers[n.Index].Zero is >= 0 and var zero && n.A.Index < 31)
            {
                found[n.A.Index] = zero;
            }

            if (n.A is not null) Visit(n.A);
            if (n.B is not null) Visit(n.B);
            if (n.C is not null) Visit(n.C);
            foreach (var item in n.Items) Visit(item);
        }
    }

    private static bool Calls(Node n) => n.Op == Op.Call || (n.A is not null && Calls(n.A)) || (n.B is not null && Calls(n.B))
        || (n.C is not null && Calls(n.C)) || Array.Exists(n.Items, Calls);

    /// <summary>
    /// Code that gives control back at the record's address: made with the first record, because a guest that ends
    /// before that needs no compiler.
    /// </summary>
    private static class Stubs
    {
        public static readonly CompiledMethod Decode = LeaveAt(HostExit.Decode, "decode");
        public static readonly CompiledMethod Interpret = LeaveAt(HostExit.Interpret, "interpret");
        public static readonly CompiledMethod LookUp = LeaveAt(HostExit.Dispatch, "look_up");

        private static CompiledMethod LeaveAt(HostExit reason, string name) => CompiledMethod.Compile(
            name, CompiledMethod.HandlerParameters, false, il => HandlerEmitter.EmitLeave(il, null, reason));
    }
}

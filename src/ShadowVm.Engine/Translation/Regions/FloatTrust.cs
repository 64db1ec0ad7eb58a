using System.Numerics;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// What a region takes for granted of floating point, and looks at where it is entered: that the inexact flag stands in the
/// register which its operations' flags join, and that the register of the rounding mode says to even. Neither can change
/// inside. So most operations are one instruction of the host and a look at the result's exponent.
/// </summary>
/// <param name="Flags">Slot of the register with the flags.</param>
/// <param name="Mode">Slot of the register with the rounding mode, where any operation reads it.</param>
/// <param name="Numbers">Slots that hold numbers in double precision more than anything else.</param>
/// <param name="NoZeros">Whether no product and no quotient is taken to be zero, though one may be an ordinary number.</param>
internal sealed record FloatTrust(int Flags, int? Mode, IReadOnlySet<int> Numbers, bool NoZeros)
{
    private static readonly int ModeBits = BitOperations.PopCount(FloatMode.RoundMask);

    /// <summary>The slot of the mode where it holds nothing else: it is <see cref="FloatMode.RoundEven"/> then.</summary>
    public int? RoundEvenSlot { get; private init; }

    /// <summary>What a region's code would have to be trusted with; null where there is nothing or no reason to.</summary>
    /// <param name="nodes">The region's nodes.</param>
    /// <param name="noZeros">Whether no product and no quotient was zero too often.</param>
    public static FloatTrust? Of(IEnumerable<RegionNode> nodes, bool noZeros)
    {
        var instructions = nodes.SelectMany(node => node.Instructions).ToArray();
        int? flags = null;
        Node? mode = null;
        var uses = new SortedDictionary<int, int>();
        foreach (var instruction in instructions)
        {
            foreach (var (operation, local) in OperationsOf(instruction))
            {
                if (StickyFlags.RegisterOf(instruction.Steps, local + 1) is not { } joined) continue;
                if (!FloatCode.Rounds(operation.Index)) continue;
                if ((flags ??= joined) != joined) return null;
                if (ModeOf(instruction, operation) is not { Op: Op.Register } register) continue;
                if ((mode ??= register).Index != register.Index) return null;
            }
        }

        if (flags is null) return null;
        foreach (var instruction in instructions)
        {
            if (Breaks(instruction, flags.Value, mode?.Index)) return null;
            CountUses(instruction, uses);
        }

        var numbers = uses.Where(use => use.Value > 0).Select(use => use.Key).ToHashSet();
        return new FloatTrust(flags.Value, mode?.Index, numbers, noZeros)
        {
            RoundEvenSlot = mode?.Width <= ModeBits ? mode.Index : null,
        };
    }

    /// <summary>Whether an operation is done by the host's instruction where this holds.</summary>
    public bool Covers(Specialized instruction, Node operation, int local)
    {
        var isSticky = StickyFlags.RegisterOf(instruction.Steps, local + 1) == Flags;
        return ModeOf(instruction, operation) switch
        {
            { Op: Op.Register } register => register.Index == Mode && HostFloatEmission.Has(operation.Index, null, isSticky),
            { Op: Op.Const } known => HostFloatEmission.Has(operation.Index, Fold.Value(known), isSticky),
            _ => false,
        };
    }

    /// <summary>The operations of an instruction that are, and the locals that their values go to.</summary>
    public IEnumerable<(Node Operation, int Local)> CoveredOf(Specialized instruction) =>
        OperationsOf(instruction).Where(each => Covers(instruction, each.Operation, each.Local));

    /// <summary>Locals of an instruction that are loaded and go to a register for a number.</summary>
    public IEnumerable<int> LoadedBy(Specialized instruction) => instruction.Steps
        .Where(step => step is { Op: Op.SetLocal, A: { Op: Op.Load, Width: 64 } }
            && Array.Exists(instruction.Steps, to => to is { Op: Op.SetRegister, A: { Op: Op.Local } local }
                && local.Index == step.Index && Numbers.Contains(to.Index)))
        .Select(step => step.Index);

    private static List<(Node Operation, int Local)> OperationsOf(Specialized instruction)
    {
        var found = new List<(Node, int)>();
        instruction.Visit(n =>
        {
            if (n is { Op: Op.SetLocal, A.Op: Op.Floating }) found.Add((n.A, n.Index));
        });
        return found;
    }

    /// <summary>The mode of an operation, behind the local that it was put into.</summary>
    private static Node ModeOf(Specialized instruction, Node operation)
    {
        var mode = operation.Items[^1];
        while (mode.Op == Op.ZeroExtend || (mode.Op == Op.Concat && Fold.IsConst(mode.A!)))
        {
            mode = mode.Op == Op.Concat ? mode.B! : mode.A!; // the rules of an architecture stand above how it rounds
        }

        if (mode.Op != Op.Local) return mode;
        var (set, times) = (mode, 0);
        instruction.Visit(n =>
        {
            if (n.Op != Op.SetLocal || n.Index != mode.Index) return;
            set = n.A!;
            times++;
        });
        return times == 1 ? set : mode;
    }

    /// <summary>Whether an instruction takes back what is relied on: whatever joins the flags leaves those that stand.</summary>
    private static bool Breaks(Specialized instruction, int flags, int? mode)
    {
        var breaks = false;
        instruction.Visit(n =>
        {
            if (n.Op != Op.SetRegister) return;
            breaks |= n.Index == mode || (n.Index == flags && !(n.A is { Op: Op.Or } or && (IsFlags(or.A!) || IsFlags(or.B!))));
        });
        return breaks;

        bool IsFlags(Node n) => n.Op == Op.Register && n.Index == flags;
    }

    /// <summary>Counts where registers are numbers for, and where bits against; what only moves counts neither way.</summary>
    private static void CountUses(Specialized instruction, SortedDictionary<int, int> uses)
    {
        var numbers = new HashSet<int>(); // locals
        foreach (var (operation, local) in OperationsOf(instruction))
        {
            if (HostFloatEmission.GivesNumber(operation.Index)) numbers.Add(local);
        }

        foreach (var step in instruction.Steps) Visit(step);

        void Visit(Node n)
        {
            switch (n.Op)
            {
                case Op.Floating when HostFloatEmission.TakesNumbers(n.Index):
                    foreach (var item in n.Items.AsSpan(..^1))
                    {
                        if (item.Op == Op.Register) Count(item.Index, 1);
                        else Visit(item);
                    }

                    return;
                case Op.SetRegister when n.A is { Op: Op.Local } local:
                    if (numbers.Contains(local.Index)) Count(n.Index, 1);
                    return;
                case Op.SetRegister when n.A is { Op: Op.Register }:
                case Op.Store when n.B is { Op: Op.Register }:
                    if (n.Op == Op.Store) Visit(n.A!);
                    return;
                case Op.SetRegister:
                    Count(n.Index, -1);
                    break;
                case Op.Register:
                    Count(n.Index, -1);
                    return;
            }

            if (n.A is not null) Visit(n.A);
            if (n.B is not null) Visit(n.B);
            if (n.C is not null) Visit(n.C);
            foreach (var item in n.Items) Visit(item);
        }

        void Count(int slot, int by) => uses[slot] = uses.GetValueOrDefault(slot) + by;
    }
}

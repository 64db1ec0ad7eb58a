using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Instructions of a node that do no more than write a register which another one writes before anything has read it, such as the
/// shifts that the <see cref="Combiner"/> made one rotation of. Only who leaves in between sees the value, and it can be computed
/// there: nothing that it is made of changes before.
/// </summary>
internal sealed class UnreadWrites
{
    private readonly Node?[] _writes;

    /// <summary>Finds them.</summary>
    public UnreadWrites(RegionNode node)
    {
        _writes = new Node?[node.Count];
        var uses = new Uses?[node.Count];
        for (var i = 0; i < node.Count; i++)
        {
            // What stands in a slot may be passed over.
            var write = IsPlain(node, i) ? WriteOf(node.Instructions[i]) : null;
            if (write is not null && IsUnread(i, write)) _writes[i] = write;
        }

        bool IsUnread(int index, Node write)
        {
            var made = Uses.Of(write.A!).Reads;
            if (made.Contains(write.Index)) return false;
            for (var i = index + 1; i < node.Count && IsPlain(node, i); i++)
            {
                var next = uses[i] ??= Uses.Of(node.Instructions[i]);
                if (next.Reads.Contains(write.Index)) return false;
                if (next.Certain.Contains(write.Index)) return true;
                if (next.Writes.Contains(write.Index) || next.Writes.Overlaps(made)) return false;
            }

            return false;
        }
    }

    /// <summary>The write that is all that an instruction does, if nothing reads what it wrote; else null.</summary>
    public Node? Find(int index) => _writes[index];

    private static bool IsPlain(RegionNode node, int index) =>
        !node.Instructions[index].OpensSlot && (index == 0 || !node.Instructions[index - 1].OpensSlot);

    private static Node? WriteOf(Specialized instruction) =>
        !instruction.HasPaths && instruction.Steps is [{ Op: Op.SetRegister } write] && IsSimple(write.A!) ? write : null;

    /// <summary>Whether a value is of registers and constants. A division is left alone: another one may share its quotient.</summary>
    private static bool IsSimple(Node n) =>
        n.Items.Length == 0
        && n.Op is not (Op.Local or Op.Load or Op.RegisterAt)
        && n.Op is not (Op.DivideSigned or Op.DivideUnsigned or Op.RemainderSigned or Op.RemainderUnsigned)
        && (n.A is null || IsSimple(n.A)) && (n.B is null || IsSimple(n.B)) && (n.C is null || IsSimple(n.C));

    /// <summary>Registers that an instruction reads, those it may write, and those it writes whenever it is done.</summary>
    private sealed record Uses(HashSet<int> Reads, HashSet<int> Writes, HashSet<int> Certain)
    {
        private readonly List<int> _writes = []; // with those that happen twice

        public static Uses Of(Specialized instruction)
        {
            var uses = new Uses([], [], []);
            instruction.Visit(uses.Add);
            foreach (var step in instruction.Steps)
            {
                if (StepEmitter.EndsInRaise(step)) break; // nobody comes behind it
                if (step.Op == Op.SetRegister && uses._writes.Count(slot => slot == step.Index) == 1) uses.Certain.Add(step.Index);
            }

            return uses;
        }

        public static Uses Of(Node value)
        {
            var uses = new Uses([], [], []);
            Specialized.Visit(value, uses.Add);
            return uses;
        }

        private void Add(Node n)
        {
            if (n.Op == Op.Register) Reads.Add(n.Index);
            if (n.Op != Op.SetRegister) return;
            Writes.Add(n.Index);
            _writes.Add(n.Index);
        }
    }
}

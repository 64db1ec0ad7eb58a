using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <summary>
/// Makes the four functions of a space: <c>read(number)</c>, <c>modify(number)</c>, <c>write(number, value)</c> and
/// <c>check(number, writing)</c>. Each finds its control by halving the sorted numbers.
/// </summary>
internal static class SpaceFunctions
{
    public static Node Read(SpaceDeclaration space, BodyLowering lowering, bool modify) =>
        Find(space, 0, space.Controls.Count, lowering, (control, element, at) =>
        {
            var value = modify
                ? lowering.ModifyControl(control, element, at)
                : lowering.ReadControl(control, element, at);
            return new Node { Op = Op.Return, A = Resize(value, space.Width) };
        }, new Node { Op = Op.Return, A = Nodes.Const(0, space.Width) });

    public static Node Write(SpaceDeclaration space, BodyLowering lowering)
    {
        var value = Nodes.Local(1, space.Width);
        return Find(space, 0, space.Controls.Count, lowering, (control, element, at) =>
        {
            if (control.Width <= space.Width)
                return lowering.WriteControl(control, element, Nodes.Slice(value, 0, control.Width), at);
            // A control that is wider than the space is reached by halves; the space shows its lower one.
            var whole = lowering.ModifyControl(control, element, at);
            return lowering.WriteControl(control, element, Nodes.Replace(whole, 0, value), at);
        }, Nodes.Nothing);
    }

    public static Node Check(SpaceDeclaration space, BodyLowering lowering)
    {
        var statements = new List<Node>();
        var mark = lowering.Mark();
        lowering.Declare(new Local { Name = space.Parameter, Value = Nodes.Local(0, space.NumberWidth) });
        lowering.Declare(new Local { Name = "writing", Value = Nodes.Local(1, 1) });
        foreach (var (condition, otherwise) in space.Access)
            statements.Add(lowering.LowerRequire(condition, otherwise));
        var absent = space.Absent is null ? Nodes.Nothing : lowering.LowerBlock(space.Absent);
        statements.Add(Find(space, 0, space.Controls.Count, lowering, (control, element, at) =>
        {
            if (control.Access.Count == 0)
                return Nodes.Nothing;
            var inner = lowering.Mark();
            if (control.IndexName is not null && element is not null)
                lowering.Declare(new Local { Name = control.IndexName, Constant = (Int128)element.Value });
            var rules = new List<Node>();
            foreach (var (condition, otherwise) in control.Access)
                rules.Add(lowering.LowerRequire(condition, otherwise));
            lowering.Release(inner);
            return Nodes.Block(rules);
        }, absent));
        lowering.Release(mark);
        return Nodes.Block(statements);
    }

    private static Node Resize(Node value, int width) =>
        value.Width > width ? Nodes.Slice(value, 0, width) : Nodes.ZeroExtend(value, width);

    private static Node Find(
        SpaceDeclaration space,
        int from,
        int to,
        BodyLowering lowering,
        Func<ControlDeclaration, Node?, Token, Node> act,
        Node missing)
    {
        var numbers = new int[space.Controls.Count];
        space.Controls.Keys.CopyTo(numbers, 0);
        Array.Sort(numbers, static (a, b) => a.CompareTo(b)); // which is compiled ahead, as the plain one isn't
        var instances = Array.ConvertAll(numbers, number => space.Controls[number]);
        return Half(from, to);

        Node Half(int low, int high)
        {
            if (low >= high)
                return missing;
            var number = Nodes.Local(0, space.NumberWidth);
            if (high - low == 1)
            {
                var test = Nodes.Compare(Op.Equal, number, Nodes.Const((UInt128)numbers[low], space.NumberWidth));
                Node body;
                try
                {
                    var control = instances[low].Declaration;
                    var element = control.IndexName is null ? null : Nodes.Const((UInt128)instances[low].Index, 32);
                    body = act(control, element, control.At);
                }
                catch (GiveUpException)
                {
                    // Reported; the other controls are looked at all the same.
                    if (lowering.Bag.Full)
                        throw;
                    body = Nodes.Nothing;
                }

                return Nodes.If(test, body, missing);
            }

            var middle = (low + high) / 2;
            var below = Nodes.Compare(
                Op.LessUnsigned, number, Nodes.Const((UInt128)numbers[middle], space.NumberWidth));
            return Nodes.If(below, Half(low, middle), Half(middle, high));
        }
    }
}

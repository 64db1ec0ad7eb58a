using ShadowVm.Isa.Model;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Traps that the processor may deliver late.</content>
internal sealed partial class Loader
{
    /// <summary>
    /// Reads <c>delayed NAME</c> with its lines <c>class</c> (bits of V2), <c>mask</c> (bits of V1) and <c>deliver</c>.
    /// </summary>
    private void ReadDelayed(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var name = header.ExpectName("a name for the delayed traps");
        header.ExpectLineEnd("the name");
        if (Model.Delayed is not null)
            throw _bag.Fail(name, $"'delayed {Model.Delayed.Name}' is declared already", "one block is for all classes");
        var delayed = new DelayedDeclaration { Name = name.Text, At = name };
        var body = BodyOf(extent, bodyStart);
        Lines(body, first =>
        {
            body.Take();
            switch (first.Text)
            {
                case "class":
                    while (body.Current.Kind == TokenKind.Name)
                    {
                        var trap = body.Take();
                        body.Expect("=", "after the class");
                        var bit = body.ExpectNumber("the bit of the class", 63);
                        if (delayed.Classes.Exists(c => c.Bit == bit))
                            throw _bag.Fail(trap, $"Bit {bit} has a class already");
                        Unique(trap);
                        Model.Constants[trap.Text] = bit;
                        delayed.Classes.Add((trap.Text, bit));
                    }

                    break;
                case "mask":
                    while (body.Current.Kind == TokenKind.Name)
                    {
                        var file = body.Take();
                        body.Expect("=", "after the register file");
                        delayed.Masks.Add((file, body.ExpectNumber("the bit of its first register", 63)));
                    }

                    break;
                case "deliver":
                    delayed.Deliver = body.ParseExpression();
                    break;
                default:
                    throw _bag.Fail(
                        first, $"{first.Shown} is no line of 'delayed'",
                        Suggestion.For(first.Text, ["class", "mask", "deliver"]));
            }
        });
        Model.Delayed = delayed;
    }

    /// <summary>What the block names may stand behind it in the text.</summary>
    private void FinishDelayed()
    {
        if (Model.Delayed is not { } delayed)
            return;
        if (delayed.Classes.Count == 0)
            _bag.Error(delayed.At, $"'delayed {delayed.Name}' has no class", "add 'class NAME=BIT'");
        foreach (var (file, first) in delayed.Masks)
        {
            if (!Model.State.TryGetValue(file.Text, out var state))
                throw _bag.Fail(file, $"There is no register '{file.Text}'", Suggestion.For(file.Text, Model.State.Keys));
            if (state.IsSplit || state.File < 0 || first + state.Count > 64)
                throw _bag.Fail(file, $"'{file.Text}' has no place in 64 bits from bit {first} on");
        }

        var deliver = delayed.Deliver;
        if (deliver is null || deliver.Kind != Syntax.ExpressionKind.Call)
        {
            throw _bag.Fail(
                deliver?.First ?? delayed.At, $"'delayed {delayed.Name}' doesn't say what delivers its traps",
                "add 'deliver PROCEDURE(v2, v1)'");
        }

        var function = new FunctionDeclaration
        {
            Name = "deliver " + delayed.Name,
            At = delayed.At,
            Kind = FunctionKind.Generated,
            Parameters = [("v2", 64), ("v1", 64)],
            ResultWidth = 0,
            Generate = lowering => lowering.LowerBlock(
                [new Syntax.Statement { Kind = Syntax.StatementKind.Call, Token = deliver.First, A = deliver }]),
        };
        delayed.Deliverer = function;
        AddFunction(function);
    }
}

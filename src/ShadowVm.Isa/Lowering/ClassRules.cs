using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <summary>
/// A class is checked against what the body does: what is sensitive must go to the monitor, whatever the state
/// (Popek and Goldberg 1974).
/// </summary>
internal static class ClassRules
{
    public static void Check(Encoding encoding, LoweredBody body, Token at, DefinitionModel model, DiagnosticBag bag)
    {
        if ((body.Effects & Effects.Walks) != 0)
        {
            bag.Error(
                encoding.At, $"'{encoding.Name}' reads or writes page tables, which only 'hook translate' may",
                "use load and store");
        }

        const Effects sensitive = Effects.Kernel | Effects.Space;
        if ((body.Effects & sensitive) == 0)
            return;
        if (encoding.Class != InstructionClass.Kernel)
        {
            var what = (body.Effects & Effects.Kernel) != 0
                ? $"waits, flushes, enters or changes a control register that has effects ({at.Shown})"
                : $"reaches control registers by number ({at.Shown})";
            bag.Error(
                encoding.At, $"The {encoding.Class.ToString().ToLowerInvariant()} instruction '{encoding.Name}' {what}",
                "make it 'kernel', and refine it with 'class user where FIELDS' if some words are harmless");
            return;
        }

        foreach (var (refined, text, _) in encoding.Refinements)
        {
            if (refined != InstructionClass.User || Harmless(encoding, text, model))
                continue;
            bag.Error(
                text.First,
                $"'class user where {text}' doesn't show that these words of '{encoding.Name}' are harmless",
                "list the numbers of controls whose 'access' only raises and that have no 'on write', as 'FIELD in { ... }'");
        }
    }

    /// <summary>
    /// A translation is asked for when the engine pleases, once for many accesses or again for each: it depends on
    /// registers and page tables alone and changes nothing but page tables. Nobody else walks.
    /// </summary>
    public static void CheckHook(FunctionDeclaration hook, Effects effects, DiagnosticBag bag)
    {
        if (hook.Kind != FunctionKind.Hook)
            return;
        if (hook.Name != "translate")
        {
            if ((effects & Effects.Walks) != 0)
                bag.Error(hook.At, $"'hook {hook.Name}' reads or writes page tables, which only 'hook translate' may");
            return;
        }

        if ((effects & (Effects.Writes | Effects.Kernel)) != 0)
            bag.Error(hook.At, "'hook translate' writes registers or jumps", "return a page, or raise");
        if ((effects & (Effects.Loads | Effects.Stores)) != 0)
            bag.Error(hook.At, "'hook translate' loads or stores", "use walk.load and walk.update");
        if ((effects & Effects.Machine) != 0)
            bag.Error(hook.At, "'hook translate' depends on time, or on what the machine's lines are");
    }

    private static bool OnlyRaises(Statement[] statements) =>
        Array.TrueForAll(statements, statement => statement.Kind == StatementKind.Raise);

    /// <summary>A field that lists numbers of controls without effects, whose rules do no more than raise.</summary>
    private static bool Harmless(Encoding encoding, Expression text, DefinitionModel model)
    {
        var isList = text.Kind == ExpressionKind.In || text.Kind == ExpressionKind.Binary && text.Text == "==";
        if (!isList || encoding.Find(text.Parts[0].ToString()) is not { } field)
            return false;
        for (var i = 1; i < text.Parts.Length; i++)
        {
            if (ConstantFolder.Fold(text.Parts[i], model, new DiagnosticBag()) is not { } number)
                return false;
            var found = false;
            foreach (var space in model.Spaces.Values)
            {
                if (space.NumberWidth != field.Width)
                    continue;
                found = space.Controls.TryGetValue((int)number.Value, out var control)
                    ? control.Declaration.OnWrite is null
                        && control.Declaration.Access.TrueForAll(rule => OnlyRaises(rule.Else))
                    : space.Absent is { } absent && OnlyRaises(absent);
            }

            if (!found)
                return false;
        }

        return true;
    }
}

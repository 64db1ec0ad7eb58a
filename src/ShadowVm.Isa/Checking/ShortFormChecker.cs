using System.Globalization;
using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Checking;

/// <summary>
/// Every word of a short form must stand for a word of its target: each value fits, and the target's condition holds.
/// </summary>
internal static class ShortFormChecker
{
    public static void Check(
        Encoding encoding, FunctionLowering functions, IReadOnlyList<Function> pure, DiagnosticBag bag)
    {
        var form = encoding.Short!;
        var target = form.Target!;
        var values = form.Lower(encoding, functions, bag);
        var free = 0u;
        foreach (var operand in encoding.Operands)
            free |= operand.Mask;
        var tries = 1 << 16;
        string? problem = null;
        var word = OverlapChecker.FindWord(encoding.Value, free, w => (problem = ProblemOf(w)) is not null, ref tries);
        if (word is not { } wrong)
            return;
        var shown = wrong.ToString("x" + encoding.Bits / 4, CultureInfo.InvariantCulture);
        bag.Error(
            form.TargetAt,
            $"'{encoding.Name}' 0x{shown} {problem}",
            "narrow it with 'where', or give another value");

        string? ProblemOf(uint word)
        {
            if (!DecodeTree.Holds(encoding, encoding.Where, word, pure))
                return null;
            var given = ShortForm.Unchecked(encoding, word, values, pure);
            var meant = target.Value;
            for (var i = 0; i < given.Length; i++)
            {
                var operand = target.Operands[i];
                if (!operand.Fits(given[i]))
                    return $"gives {operand.Name}={given[i]}, which does not fit '{target.Name}'";
                meant |= operand.Insert(given[i]);
            }

            return DecodeTree.Holds(target, target.Where, meant, pure)
                ? null
                : $"stands for a word that '{target.Name}' excludes: {target.WhereText}";
        }
    }
}

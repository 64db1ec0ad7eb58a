using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Isa;

namespace ShadowVm.Cli.Commands.Isa;

/// <summary><c>shadowvm isa check</c>: all that is wrong with a definition, in one pass.</summary>
internal static class CheckCommand
{
    private const int FindingsExitCode = 1;
    private const int HolesShownMax = 40;

    public static Command Create()
    {
        var command = new DocumentedCommand(
            "check",
            "Check definitions: every error and warning of every variant in one pass, as file:line:column. Files of tests "
            + "(*.vectors) are read as well.",
            "shadowvm isa check",
            "shadowvm isa check NAME",
            "shadowvm isa check --isa-path my-isas NAME --strict",
            "shadowvm isa check VARIANT --holes     # and the words that no encoding claims",
            "",
            "Exit code: 0 where there is no error (and, with --strict, no warning), 1 where there is, 2 for input that can't be used.");
        var name = new Argument<string?>("NAME")
        {
            Description = "A definition; all where it is left out. With --holes also a variant.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var strict = new Option<bool>("--strict") { Description = "A warning counts as an error." };
        var holes = new Option<bool>("--holes")
        {
            Description = "List patterns of words that encode nothing and that no 'reserved' documents; '-' is any bit.",
        };
        command.Add(name);
        command.Add(strict);
        command.Add(holes);
        var definitions = new Definitions();
        command.Add(definitions.Option);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var wanted = result.GetValue(name);
            var variant = result.GetValue(holes) && wanted is not null && !library.Names().Contains(wanted) ? wanted : null;
            var loaded = variant is null ? null : Definitions.Load(library, variant);
            var names = loaded is not null ? [loaded.Name] : wanted is not null ? [wanted] : library.Names();
            if (names.Count == 0) throw new UsageException("there is no definition to check");
            var bad = 0;
            foreach (var each in names)
            {
                var findings = IsaDefinition.Check(library.Open(each, vectors: true));
                foreach (var finding in findings) Console.Out.WriteLine($"{each}/{finding}");
                var wrong = findings.Count(finding => finding.IsError);
                Console.Out.WriteLine($"{each}: {wrong} errors, {findings.Count - wrong} warnings");
                bad += result.GetValue(strict) ? findings.Count : wrong;
                if (result.GetValue(holes) && wrong == 0) WriteHoles(loaded ?? IsaDefinition.Load(library.Open(each)));
            }

            return bad == 0 ? 0 : FindingsExitCode;
        });
        return command;
    }

    private static void WriteHoles(IsaDefinition isa)
    {
        var (found, areAll) = isa.FindHoles();
        foreach (var bits in found.Select(hole => hole.Bits).Distinct())
        {
            var ofLength = found.Where(hole => hole.Bits == bits).ToArray();
            var least = ofLength.Select(hole => hole.Words).OrderDescending().Take(HolesShownMax).Last();
            foreach (var hole in ofLength.Where(hole => hole.Words >= least)) Console.Out.WriteLine($"  {hole,-40} {hole.Words,12} words");
            var smaller = ofLength.Count(hole => hole.Words < least);
            var words = ofLength.Aggregate(0UL, (sum, hole) => sum + hole.Words);
            var rest = smaller == 0 ? "" : $", those in {smaller} smaller patterns included";
            Console.Out.WriteLine($"{isa.Variant}: {words} words of {bits} bits are claimed by nothing{rest}");
        }

        if (!areAll) Console.Out.WriteLine($"{isa.Variant}: there are more holes than these");
    }
}

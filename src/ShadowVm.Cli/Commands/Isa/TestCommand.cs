using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Engine;
using ShadowVm.Engine.Verification;
using ShadowVm.Isa;

namespace ShadowVm.Cli.Commands.Isa;

/// <summary><c>shadowvm isa test</c>: a definition's own tests, and generated ones, on every tier.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "test",
            "Run the tests of a definition: its 'test' blocks, files of tests beside it (*.vectors), every instruction with "
            + "generated edge operands, and words that encode nothing; on the reference interpreter, the cold tier and translated "
            + "blocks, each as one epoch and with the recovery counter expiring at each instruction.",
            "shadowvm isa test",
            "shadowvm isa test NAME --filter add          # what has 'add' in its title or name",
            "shadowvm isa test VARIANT --own              # without generated operands",
            "shadowvm isa test NAME --tier block --seed 7",
            "",
            "A file of tests has 'language 1' as its first line, then lines like those of 'test' blocks:",
            "    x1 = 1  x2 = 2  : add rd=3 rs1=1 rs2=2  : x3 = 3",
            "Exit code: 0 where all hold, 1 where one doesn't, 2 for input that can't be used.");
        var name = new Argument<string?>("NAME")
        {
            Description = "A definition, all variants of it, or one variant; all definitions where it is left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var filter = new Option<string?>("--filter")
        {
            Description = "Only tests and instructions with this in their name.",
            HelpName = "TEXT",
        };
        var seed = new Option<string>("--seed")
        {
            Description = "Chooses the instructions around the one with edge operands.",
            HelpName = "N",
            DefaultValueFactory = _ => "1",
        };
        var tier = new Option<string?>("--tier") { Description = "Only this tier.", HelpName = "reference|cold|block" };
        var own = new Option<bool>("--own") { Description = "Only tests that the author wrote." };
        command.Add(name);
        foreach (var option in new Option[] { filter, seed, tier, own }) command.Add(option);
        var definitions = new Definitions();
        command.Add(definitions.Option);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var modes = result.GetValue(tier) is { } only
                ? TestMode.All.Where(mode => mode.Tier == Values.Choice(
                    "--tier", only, ("reference", Tier.Reference), ("cold", Tier.Cold), ("block", Tier.Block)))
                : TestMode.All;
            var run = new DefinitionTestRun(Console.Out)
            {
                Modes = [.. modes],
                Filter = result.GetValue(filter) ?? "",
                Seed = Values.Number("--seed", result.GetRequiredValue(seed)),
                OwnOnly = result.GetValue(own),
            };
            foreach (var each in result.GetValue(name) is { } one ? [one] : library.Names())
            {
                foreach (var isa in Variants(library, each)) run.Add(isa);
            }

            return run.Report();
        });
        return command;
    }

    private static IEnumerable<IsaDefinition> Variants(IsaLibrary library, string wanted)
    {
        if (library.Names().Contains(wanted))
        {
            var source = library.Open(wanted, vectors: true);
            return IsaDefinition.Variants(source).Select(variant => IsaDefinition.Load(source, variant));
        }

        var chosen = Definitions.Load(library, wanted);
        return [IsaDefinition.Load(library.Open(chosen.Name, vectors: true), chosen.Variant)];
    }
}

using System.CommandLine;
using ShadowVm.Compare;
using ShadowVm.Compare.Protection;
using Spectre.Console;

var folders = new Folders();
var all = Workload.Read(Path.Combine(folders.Guests, "workloads.txt"));

var rounds = new Option<int>("--rounds") { Description = "Runs of each program on each peer.", DefaultValueFactory = _ => 5 };
var times = new Option<int>("--times")
{
    Description = "How many times the work of workloads.txt: start-up and translation weigh less the longer a program runs.",
    DefaultValueFactory = _ => 1,
};
var programs = List("--programs", "What to run.", [.. all.Select(workload => workload.Name)]);
var peers = List("--peers", $"Whom to run it on: {string.Join(", ", Peers.Names)}.", [.. Peers.Names.SkipLast(1)]);
var tiers = List("--tiers", $"ShadowVm's tiers: {string.Join(", ", Peers.Tiers)}.", ["reference", "block", "region"]);
var shadowvm = new Option<FileInfo?>("--shadowvm")
{
    Description = "The program to measure, instead of publishing this checkout's.",
    HelpName = "FILE",
};
var output = new Option<FileInfo?>("--output") { Description = "A file for the tables, in Markdown.", HelpName = "FILE.md" };
var command = new RootCommand(
    "Runs the same programs on ShadowVm, on QEMU with and without exact counting and as programs, and natively, in turn.\n\n"
    + "Examples:\n  perf/compare\n  perf/compare --rounds 3 --programs sieve,sort --peers shadowvm,qemu-icount --tiers block\n"
    + "  perf/compare --rounds 3 --times 5 --peers shadowvm,qemu-user,native --tiers region")
{
    rounds, times, programs, peers, tiers, shadowvm, output,
};
command.SetAction(async (result, cancel) =>
{
    var errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    try
    {
        var setup = new Setup(folders, text => Console.Error.WriteLine(text), cancel);
        var count = result.GetValue(rounds);
        if (count < 1) throw new CompareException($"--rounds: {count} is less than 1");
        var factor = result.GetValue(times);
        if (factor is < 1 or > 1000) throw new CompareException($"--times: {factor} is not between 1 and 1000");
        var chosen = Names(result, programs, [.. all.Select(workload => workload.Name)]);
        var wanted = Names(result, peers, Peers.Names);
        var levels = Names(result, tiers, Peers.Tiers);
        Workload[] run = [.. all.Where(workload => chosen.Contains(workload.Name)).Select(workload => workload.Times((uint)factor))];
        var comparison = new Comparison(
            await setup.Prepare(wanted, levels, result.GetValue(shadowvm)?.FullName, factor == 1 ? [] : run), run);
        var versions = await Versions.Read(folders, setup.ShadowVm, cancel);
        await RoundProgress.Run(comparison, count, errors, cancel);
        versions.Add("load after", Versions.Load());
        if (factor != 1) versions.Add("work", $"{factor} times that of workloads.txt");
        ResultTable[] tables = [versions, .. Report.Tables(comparison)];
        foreach (var table in tables)
        {
            // A file or a pipe gets the text that --output would get: there is no width to fit tables into.
            if (Console.IsOutputRedirected) Console.WriteLine(table.Markdown());
            else table.Show(AnsiConsole.Console);
        }

        if (result.GetValue(output) is { } file)
        {
            await File.WriteAllTextAsync(file.FullName, string.Join('\n', tables.Select(table => table.Markdown())), cancel);
            Console.Error.WriteLine($"compare: written to {file.FullName}");
        }

        return 0;
    }
    catch (CompareException e)
    {
        Console.Error.WriteLine("compare: " + e.Message);
        return 2;
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine("compare: stopped");
        return 130;
    }
});
command.Subcommands.Add(ProtectionCommand.Make(folders));
return await command.Parse(args).InvokeAsync();

static Option<string> List(string name, string description, string[] otherwise) => new(name)
{
    Description = description,
    HelpName = "A,B,...",
    DefaultValueFactory = _ => string.Join(',', otherwise),
};

static string[] Names(ParseResult result, Option<string> option, string[] known)
{
    var names = result.GetRequiredValue(option).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    if (Array.Find(names, name => !known.Contains(name)) is { } unknown)
    {
        throw new CompareException($"{option.Name}: there is no '{unknown}'; there are {string.Join(", ", known)}");
    }

    return names.Length == 0
        ? throw new CompareException($"{option.Name}: names nothing; there are {string.Join(", ", known)}")
        : [.. names.Distinct()];
}

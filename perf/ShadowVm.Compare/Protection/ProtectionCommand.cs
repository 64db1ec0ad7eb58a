using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace ShadowVm.Compare.Protection;

/// <summary>The table of 1995: what protection costs guests of three kinds, by epoch length and commit policy.</summary>
internal static class ProtectionCommand
{
    private static readonly string[] Lengths = ["1k", "2k", "4k", "8k", "32k", "100k", "200k", "385k", "1M"];

    private static readonly string[] Policies = ["output", "epoch", "patent"];

    public static Command Make(Folders folders)
    {
        var rounds = new Option<int>("--rounds") { Description = "Runs of each.", DefaultValueFactory = _ => 3 };
        var lengths = List("--epoch-lengths", "Instructions in an epoch, such as 8k.", Lengths);
        var policies = List("--commit", "Commit policies.", Policies);
        var guests = List("--guests", "What to run: cpu, write, read.", ["cpu", "write", "read"]);
        var latency = new Option<string>("--latency") { Description = "Of the disk.", DefaultValueFactory = _ => "5ms" };
        var shadowvm = new Option<FileInfo?>("--shadowvm")
        {
            Description = "The program to measure, instead of publishing this checkout's.",
            HelpName = "FILE",
        };
        var output = new Option<FileInfo?>("--output")
        {
            Description = "A file for the tables, in Markdown; a chart of each guest comes to lie beside it.",
            HelpName = "FILE.md",
        };
        var command = new Command(
            "protection",
            "Runs guests alone and as pairs on loopback, and compares their times with those that were published in 1995.\n\n"
            + "Example:\n  perf/protection --guests cpu --commit output --epoch-lengths 4k,200k")
        {
            rounds, lengths, policies, guests, latency, shadowvm, output,
        };
        command.SetAction(async (result, cancel) =>
        {
            try
            {
                var all = Guest.All(folders.Images);
                var chosen = (result.GetValue(guests) ?? []).Select(name => Array.Find(all, guest => guest.Name == name)
                    ?? throw new CompareException($"--guests: there is no {name}")).ToArray();
                var numbers = (result.GetValue(lengths) ?? []).Select(Length).ToArray();
                var how = result.GetValue(policies) ?? [];
                if (how.Except(Policies).FirstOrDefault() is { } strange) throw new CompareException($"--commit: there is no {strange}");
                var setup = new Setup(folders, text => Console.Error.WriteLine(text), cancel);
                var program = await setup.Program(result.GetValue(shadowvm)?.FullName);
                var run = new ProtectedRun(program, result.GetValue(latency)!);
                var versions = await Versions.Read(folders, program, cancel);
                var measured = await Measure(run, chosen, numbers, how, result.GetValue(rounds), cancel);
                versions.Add("load after", Versions.Load());
                ResultTable[] tables = [versions, .. chosen.Select(guest => Table(measured, guest, numbers, how))];
                foreach (var table in tables) Console.WriteLine(table.Markdown());
                if (result.GetValue(output) is { } file) Write(file, tables, measured, chosen, numbers, how);
                return 0;
            }
            catch (CompareException e)
            {
                Console.Error.WriteLine("protection: " + e.Message);
                return 2;
            }
            catch (OperationCanceledException)
            {
                return 130;
            }
        });
        return command;
    }

    private static Option<string[]> List(string name, string description, string[] otherwise) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
        HelpName = "A,B,...",
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(','))],
    };

    private static long Length(string text)
    {
        var factor = text[^1..] switch { "k" => 1000, "M" => 1_000_000, _ => 1 };
        var digits = factor == 1 ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1_000_000
            ? number * factor
            : throw new CompareException($"--epoch-lengths: {text} is no number such as 8k");
    }

    private static async Task<Measurement> Measure(
        ProtectedRun run, Guest[] guests, long[] lengths, string[] policies, int rounds, CancellationToken cancel)
    {
        if (rounds < 1) throw new CompareException($"--rounds: {rounds} is less than 1");
        var measured = new Measurement();
        var errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await errors.Progress().AutoClear(true).StartAsync(async context =>
        {
            var shown = context.AddTask("starting", maxValue: rounds * guests.Length * lengths.Length * policies.Length);
            for (var round = 1; round <= rounds; round++)
            {
                foreach (var guest in guests)
                {
                    foreach (var length in lengths)
                    {
                        var alone = await run.Alone(guest, length, cancel);
                        foreach (var policy in policies)
                        {
                            shown.Description = $"round {round}/{rounds}: {guest.Name}, epochs of {length}, {policy}";
                            measured.Add(guest.Name, length, policy, alone, await run.Pair(guest, length, policy, cancel));
                            shown.Increment(1);
                        }
                    }
                }
            }
        });
        return measured;
    }

    private static ResultTable Table(Measurement measured, Guest guest, long[] lengths, string[] policies)
    {
        var published = policies.Where(policy => lengths.Any(length => Published.Of(guest.Name, policy, length) is not null)).ToArray();
        var table = new ResultTable(
            $"{guest.Name}: {guest.Title}; time protected over time alone, median (least–most)",
            textual: false,
            ["instructions in an epoch", .. policies, .. published.Select(policy => $"1995, {policy}")]);
        foreach (var length in lengths)
        {
            table.Add([
                length.ToString("#,0", CultureInfo.InvariantCulture),
                .. policies.Select(policy => measured.Of(guest.Name, length, policy).WithSpread()),
                .. published.Select(policy => Text(Published.Of(guest.Name, policy, length))),
            ]);
        }

        return table;

        static string Text(double? ratio) => ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
    }

    private static void Write(
        FileInfo file, ResultTable[] tables, Measurement measured, Guest[] guests, long[] lengths, string[] policies)
    {
        var text = new List<string>(tables.Select(table => table.Markdown()));
        foreach (var guest in guests)
        {
            var name = $"{Path.GetFileNameWithoutExtension(file.Name)}-{guest.Name}.svg";
            var title = $"A guest that {(guest.HasDisk ? guest.Name + "s" : guest.Title)}, protected";
            File.WriteAllText(Path.Combine(file.DirectoryName!, name), Chart.Svg(title, measured, guest, lengths, policies));
            text.Add($"![{title}]({name})\n");
        }

        File.WriteAllText(file.FullName, string.Join('\n', text));
        Console.Error.WriteLine($"protection: written to {file.FullName}");
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace ShadowVm.Cli.Demo;

/// <summary>What the outside holds at the end, examined without asking either replica.</summary>
internal sealed partial class JournalProof
{
    private JournalProof(string[] lines) => Lines = lines;

    /// <summary>The console's lines.</summary>
    public string[] Lines { get; }

    /// <summary>What is wrong, a sentence each.</summary>
    public List<string> Problems { get; } = [];

    public bool Holds => Problems.Count == 0;

    /// <summary>Operations that the guest issued again, by its own count.</summary>
    public int Reissued { get; private set; }

    private int RecordsFound { get; set; }

    private int AfterFailOver { get; set; }

    private int ProgressLines { get; set; }

    public static JournalProof Examine(DemoPair pair, int reissuedMin)
    {
        var proof = new JournalProof(pair.Console.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        if (pair.ExitCode != 0) proof.Problems.Add($"the backup ended with {pair.ExitCode}: {pair.LastWords}");
        proof.ExamineConsole();
        proof.ExamineDisk(pair.DiskPath);
        if (pair.RepeatsDiffering != 0)
        {
            proof.Problems.Add($"{pair.RepeatsDiffering} console outputs were repeated with other bytes");
        }

        if (proof.Reissued < reissuedMin)
        {
            proof.Problems.Add($"the guest reissued {proof.Reissued} operations, expected at least {reissuedMin}");
        }

        if (reissuedMin > 0 && pair.LastEpochOfPrimary is null) proof.Problems.Add("the backup never took over");
        return proof;
    }

    /// <summary>The findings in the order in which they are told.</summary>
    public IEnumerable<(string What, string Value, bool Holds)> Findings(DemoPair pair)
    {
        var c = CultureInfo.InvariantCulture;
        yield return ("guest's exit code", pair.ExitCode.ToString(c), pair.ExitCode == 0);
        yield return ("console lines", $"{Lines.Length}, each exactly once, in order ({pair.RepeatsDropped} repeats dropped)",
            ProgressLines == DemoSettings.Records / DemoSettings.LineEvery);
        yield return ("records on the disk", $"{RecordsFound} of {DemoSettings.Records}, all whole ({AfterFailOver} "
            + "issued after the fail-over)", RecordsFound == DemoSettings.Records);
        yield return ("outstanding at the kill", $"{pair.OutstandingAtKill} writes", pair.OutstandingAtKill >= 2);
        yield return ("operations reissued", Reissued.ToString(c), Reissued >= 1);
        yield return ("failed epoch", pair.LastEpochOfPrimary is { } last ? (last + 1).ToString(c) : "none",
            pair.LastEpochOfPrimary is not null);
        yield return ("epochs, instructions", $"{pair.Epochs}, {pair.Instructions}", pair.Epochs != 0);
        yield return ("kill to guest going on", string.Create(c, $"{pair.MillisecondsToGoOn:0.0} ms"),
            pair.MillisecondsToGoOn is not null);
    }

    private void ExamineConsole()
    {
        if (Lines.Length == 0 || Lines[0] != $"journal: {DemoSettings.Records} records, {DemoSettings.Window} outstanding")
        {
            Problems.Add($"the first console line is '{(Lines.Length == 0 ? "" : Lines[0])}'");
            return;
        }

        var next = DemoSettings.LineEvery;
        foreach (var line in Lines[1..^1])
        {
            var match = Progress().Match(line);
            if (!match.Success || match.Groups[1].Value != next.ToString(CultureInfo.InvariantCulture))
            {
                Problems.Add($"expected the line of record {next}, found '{line}'");
                return;
            }

            ProgressLines++;
            next += DemoSettings.LineEvery;
        }

        var last = Final().Match(Lines[^1]);
        if (!last.Success || next <= DemoSettings.Records)
        {
            Problems.Add($"the last console line is '{Lines[^1]}'");
            return;
        }

        Reissued = int.Parse(last.Groups["reissued"].Value, CultureInfo.InvariantCulture);
        var checksum = JournalRecord.Checksum(DemoSettings.Records).ToString("x16", CultureInfo.InvariantCulture);
        if (last.Groups["checksum"].Value != checksum)
        {
            Problems.Add($"the guest's checksum is {last.Groups["checksum"].Value}, the records give {checksum}");
        }
    }

    private void ExamineDisk(string path)
    {
        var disk = File.ReadAllBytes(path);
        for (var number = 1UL; number <= DemoSettings.Records; number++)
        {
            var sector = disk.AsSpan((int)(number - 1) * JournalRecord.SectorBytes, JournalRecord.SectorBytes);
            if (JournalRecord.TryRead(sector, number, out var record) is { } problem)
            {
                Problems.Add(problem);
                continue;
            }

            RecordsFound++;
            if (record.Disconnects != 0) AfterFailOver++;
        }
    }

    [GeneratedRegex(@"^journal: record (\d+) clock=\d+ ticks=\d+ disconnects=\d+$")]
    private static partial Regex Progress();

    [GeneratedRegex(@"^journal: \d+ records, checksum (?<checksum>[0-9a-f]{16}), \d+ disconnects, (?<reissued>\d+) reissued$")]
    private static partial Regex Final();
}

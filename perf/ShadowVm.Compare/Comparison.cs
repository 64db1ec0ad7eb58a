using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ShadowVm.Compare;

/// <summary>Runs each workload on each peer in turn, round by round, and makes a table of medians and ratios.</summary>
internal sealed partial class Comparison(string guests, string natives, Peer[] peers, string[] programs, int rounds)
{
    private readonly Dictionary<(string Program, string Peer), List<double>> _seconds = [];
    private readonly Dictionary<string, double> _instructions = [];
    private readonly Dictionary<string, double> _reference = [];

    public void Run()
    {
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var program in programs)
            {
                var said = "";
                foreach (var peer in peers)
                {
                    Console.Error.Write($"\r\u001b[Kround {round}/{rounds}: {program} on {peer.Name}");
                    var elf = Path.Combine(guests, program + ".elf");
                    var run = Measured.Run(peer.IsNative ? Path.Combine(natives, program) : peer.Program!, peer.Arguments(elf));
                    if (said.Length == 0) said = run.Output;
                    if (run.Output != said || said.Length == 0)
                    {
                        throw new InvalidOperationException($"{program} printed '{run.Output}' on {peer.Name} and '{said}' before");
                    }

                    if (Instructions().Match(run.Errors) is { Success: true } match)
                    {
                        _instructions[program] = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
                    }

                    if (!_seconds.TryGetValue((program, peer.Name), out var list)) _seconds.Add((program, peer.Name), list = []);
                    list.Add(run.Cpu);
                }
            }
        }

        Console.Error.Write("\r\u001b[K");
    }

    /// <summary>
    /// The reference interpreter on a hundredth or less of the work: its rate, to be set against the block tier's.
    /// </summary>
    public void RunReference(string shadowvm, Func<string, ulong> roundsOf)
    {
        foreach (var program in programs)
        {
            Console.Error.Write($"\r\u001b[K{program} on the reference interpreter");
            var elf = Path.Combine(guests, program + ".elf");
            var few = Math.Max(1, roundsOf(program) / 200).ToString(CultureInfo.InvariantCulture);
            var run = Measured.Run(shadowvm, ["run", elf, "--stats", "--tier", "reference", "--set", "0=" + few]);
            _reference[program] = Rate(run.Errors);
        }

        Console.Error.Write("\r\u001b[K");
    }

    public string Table()
    {
        var text = new StringBuilder();
        text.Append("Processor seconds of the whole process, start-up included: median [min to max].\n\n| program | 10⁶ instructions |");
        foreach (var peer in peers) text.Append($" {peer.Name} |");
        var ratios = peers.Where(peer => peer.Name != "shadowvm").ToArray();
        foreach (var peer in ratios) text.Append($" {peer.Name} / shadowvm |");
        if (_reference.Count > 0) text.Append(" block / reference |");
        text.Append("\n|---|---|").Insert(text.Length, "---|", peers.Length + ratios.Length + (_reference.Count > 0 ? 1 : 0)).Append('\n');
        foreach (var program in programs)
        {
            text.Append(Invariant($"| {program} | {_instructions.GetValueOrDefault(program) / 1e6:0} |"));
            foreach (var peer in peers)
            {
                var list = _seconds[(program, peer.Name)];
                text.Append(Invariant($" {Median(list):0.00} [{list.Min():0.00} to {list.Max():0.00}] |"));
            }

            foreach (var peer in ratios) text.Append(Invariant($" {Ratio(program, peer):0.00} |"));
            if (_reference.Count > 0) text.Append(Invariant($" {OverReference(program):0} |"));
            text.Append('\n');
        }

        text.Append("| geometric mean | |").Insert(text.Length, " |", peers.Length);
        foreach (var peer in ratios) text.Append(Invariant($" **{Mean(programs.Select(program => Ratio(program, peer))):0.00}** |"));
        if (_reference.Count > 0) text.Append(Invariant($" **{Mean(programs.Select(OverReference)):0}** |"));
        return text.Append('\n').ToString();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Median(List<double> list)
    {
        var sorted = list.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Mean(IEnumerable<double> ratios) => Math.Exp(ratios.Average(Math.Log));

    private static double Rate(string errors) =>
        double.Parse(Rates().Match(errors).Groups[1].Value, CultureInfo.InvariantCulture) * 1e6;

    private double Ratio(string program, Peer peer) =>
        Median(_seconds[(program, peer.Name)]) / Median(_seconds[(program, "shadowvm")]);

    private double OverReference(string program) =>
        _instructions[program] / Median(_seconds[(program, "shadowvm")]) / _reference[program];

    [GeneratedRegex(@"(\d+) instructions")]
    private static partial Regex Instructions();

    [GeneratedRegex(@"([\d.]+) million instructions/s")]
    private static partial Regex Rates();
}

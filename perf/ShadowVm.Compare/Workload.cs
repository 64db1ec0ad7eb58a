using System.Globalization;

namespace ShadowVm.Compare;

/// <summary>A run of a program with a certain amount of work, as a line of workloads.txt has it.</summary>
/// <param name="Program">Name of the program.</param>
/// <param name="Rounds">How often it does its work.</param>
/// <param name="Instructions">Guest instructions that this takes.</param>
/// <param name="Line">What it prints, or null where only a run can tell.</param>
internal sealed record Work(string Program, ulong Rounds, double Instructions, string? Line)
{
    /// <summary>So many times the work; the instructions are then about right.</summary>
    public Work Times(uint times) => times == 1
        ? this
        : this with { Rounds = Rounds * times, Instructions = Instructions * times, Line = null };
}

/// <summary>A program of perf/Guests.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Full">The work that is compared.</param>
/// <param name="Hundredth">Less of it, for the reference interpreter.</param>
internal sealed record Workload(string Name, Work Full, Work Hundredth)
{
    /// <summary>What takes no time but to start: the hello guest.</summary>
    public static Work StartUp { get; } = new("hello", 0, 0, "hello from the guest");

    /// <summary>So many times the work.</summary>
    public Workload Times(uint times) => this with { Full = Full.Times(times), Hundredth = Hundredth.Times(times) };

    /// <summary>Reads workloads.txt, in its order.</summary>
    public static Workload[] Read(string path)
    {
        var lines = File.ReadAllLines(path)
            .Where(line => line.Length != 0 && line[0] != '#')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        return
        [
            .. lines.Select(fields => fields[0]).Distinct()
                .Select(name => new Workload(name, Find(name, "full"), Find(name, "hundredth"))),
        ];

        Work Find(string name, string variant) =>
            Array.Find(lines, fields => fields[0] == name && fields[1] == variant) is { Length: 5 } found
                ? new Work(
                    name,
                    ulong.Parse(found[2], CultureInfo.InvariantCulture),
                    double.Parse(found[3], CultureInfo.InvariantCulture),
                    $"{name}: {found[4]}")
                : throw new CompareException($"{path} has no line of five fields for {name} {variant}");
    }
}

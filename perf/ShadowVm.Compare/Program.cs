using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ShadowVm.Compare;

var perf = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, ".."));
var root = Path.GetDirectoryName(perf)!;
var guests = Path.Combine(perf, "Guests", "bin");
var work = Path.Combine(root, "artifacts", "compare");
var all = Directory.GetFiles(guests, "*.elf").Select(Path.GetFileNameWithoutExtension).Order().ToArray();

var rounds = new Option<int>("--rounds") { Description = "Runs of each program on each peer.", DefaultValueFactory = _ => 5 };
var programs = new Option<string>("--programs")
{
    Description = $"Which programs, with commas; by default all: {string.Join(", ", all)}.",
    DefaultValueFactory = _ => string.Join(',', all),
};
var peers = new Option<string>("--peers")
{
    Description = "Whom to run them on: shadowvm, shadowvm-cold, qemu-icount, qemu, native.",
    DefaultValueFactory = _ => "shadowvm,qemu-icount,qemu,native",
};
var reference = new Option<bool>("--reference") { Description = "Also compare with the reference interpreter, on less work." };
var output = new Option<string?>("--output") { Description = "A file for the table, in Markdown." };
var command = new RootCommand(
    "Runs the same programs on ShadowVm, on QEMU with and without exact counting, and natively, in turn.\n\n"
    + "Examples:\n  perf/compare\n  perf/compare --rounds 3 --programs sieve,sort --peers shadowvm,qemu-icount")
{
    rounds, programs, peers, reference, output,
};
command.SetAction(result =>
{
    Console.CancelKeyPress += (_, _) => Measured.Kill();
    var wanted = result.GetRequiredValue(programs).Split(',', StringSplitOptions.RemoveEmptyEntries);
    if (Array.Find(wanted, name => !all.Contains(name)) is { } unknown) return Fail($"--programs: there is no '{unknown}'");
    if (result.GetValue(rounds) is var count && count < 1) return Fail($"--rounds: {count} is less than 1");
    Console.Error.WriteLine("publishing ShadowVm, building the native programs");
    Measured.Run("dotnet", ["publish", Path.Combine(root, "src", "ShadowVm.Cli"), "-c", "Release", "-o", work, "--nologo"]);
    Measured.Run("bash", [Path.Combine(perf, "Guests", "build.sh"), Path.Combine(work, "workloads")]);
    var shadowvm = Path.Combine(work, "shadowvm");
    var known = Peer.All(shadowvm);
    var chosen = new List<Peer>();
    foreach (var name in result.GetRequiredValue(peers).Split(','))
    {
        if (Array.Find(known, peer => peer.Name == name) is not { } peer) return Fail($"--peers: there is no '{name}'");
        if (peer.Program is null) Console.Error.WriteLine($"{name} is left out: it is not installed");
        else chosen.Add(peer);
    }

    if (!chosen.Exists(peer => peer.Name == "shadowvm")) return Fail("--peers: shadowvm must be among them");
    var comparison = new Comparison(guests, Path.Combine(work, "workloads", "native"), [.. chosen], wanted, count);
    comparison.Run();
    if (result.GetValue(reference)) comparison.RunReference(shadowvm, Rounds(perf));
    var text = $"{Machine()}\n\n{comparison.Table()}";
    Console.Write(text);
    if (result.GetValue(output) is { } file) File.WriteAllText(file, text);
    return 0;
});
return command.Parse(args).Invoke();

static int Fail(string sentence)
{
    Console.Error.WriteLine("compare: " + sentence);
    return 2;
}

static Func<string, ulong> Rounds(string perf)
{
    var script = File.ReadAllText(Path.Combine(perf, "Guests", "build.sh"));
    return program => ulong.Parse(Regex.Match(script, $@"\[{program}\]=(\d+)").Groups[1].Value);
}

static string Machine()
{
    var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
    return $"{cpu?.Split(':')[1].Trim()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, "
        + $"{RuntimeInformation.FrameworkDescription}, {First("qemu-system-riscv64")}, {First("gcc")}";
}

static string First(string program)
{
    try
    {
        return Measured.Run(program, ["--version"]).Output.Split('\n')[0];
    }
    catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
    {
        return "no " + program;
    }
}

static string Here([CallerFilePath] string path = "") => path;

using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Replication;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm run</c>: a guest without a pair.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "run",
            "Run a guest unprotected. Its console is stdin and stdout, its exit code is the command's.",
            "shadowvm run hello",
            "shadowvm run compute --set 0=200 --stats",
            "shadowvm run journal --disk path=disk.img,size=1M",
            "shadowvm run compute --set 0=200 --dump-jit main 2>&1 | less",
            "shadowvm run program.elf -m 64M --clock instructions",
            "shadowvm run --machine user --root ./folder program -- -x file")
        {
            More = static () =>
                "A Linux program (--machine user) is one process with one thread: fork, clone and execve are refused (ENOSYS),\n"
                + "as are pipes, sockets and shared writable mappings. It has no files but those of --root.\n"
                + $"Bundled guests: {string.Join(", ", GuestImages.Bundled)}.\n\n",
        };
        var guest = new GuestOptions(command);
        var outside = new OutsideOptions(command);
        var traps = new TrapOptions(command, 1);
        var files = new ProgramFileOptions(command);
        var stats = new Option<bool>("--stats")
        {
            Description = "At the end, say on stderr what was done and where the time went; the last line is for scripts.",
        };
        var dump = new Option<string?>("--dump-jit")
        {
            Description = "At the end, write on stderr what the translator made of an address or a symbol: guest code, IR, IL, host code.",
            HelpName = "ADDRESS|SYMBOL",
        };
        command.Add(stats);
        command.Add(dump);
        command.SetAction(result =>
        {
            var statistics = result.GetValue(stats) ? new RunStatistics() : null;
            var reachable = files.Read(result);
            var configuration = guest.Read(result, new RoleSettings { Solo = true }, reachable);
            var code = result.GetValue(dump) is { } place ? new JitDump(place) : null;
            var at = code?.Find(configuration.Image) ?? default;
            using var events = outside.Observer(result);
            using var stop = new StopSignal();
            var counting = new ProgressCounter(events.Observer);
            var outcome = Runner.Run(
                new RunnerOptions
                {
                    Guests = guest.Definitions.Guests(result, traps.Read(result), machine =>
                    {
                        statistics?.Watch(machine);
                        code?.Watch(machine);
                    }),
                    Configuration = configuration,
                    Console = outside.Console(result, insecurePlaintext: false),
                    Disks = outside.Disks(result),
                    Files = reachable,
                    Observer = counting,
                },
                stop.Token);
            code?.Write(Console.Error, at);
            statistics?.Write(Console.Error, counting.Last, guest.Definitions.LoadTime);
            return Outcomes.Report(outcome);
        });
        return command;
    }
}

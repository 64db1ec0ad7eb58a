using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
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
            "shadowvm run program.elf -m 64M --clock instructions")
        {
            More = static () => $"Bundled guests: {string.Join(", ", GuestImages.Bundled)}.\n\n",
        };
        var guest = new GuestOptions(command);
        var outside = new OutsideOptions(command);
        var stats = new Option<bool>("--stats") { Description = "At the end, say instructions, epochs, speed and what loading took." };
        command.Add(stats);
        command.SetAction(result =>
        {
            var configuration = guest.Read(result, new RoleSettings { Solo = true });
            using var events = outside.Observer(result);
            using var stop = new StopSignal();
            var counting = new ProgressCounter(events.Observer);
            var watch = Stopwatch.StartNew();
            var outcome = Runner.Run(
                new RunnerOptions
                {
                    Guests = guest.Definitions.Guests(result),
                    Configuration = configuration,
                    Console = outside.Console(result, insecurePlaintext: false),
                    Disks = outside.Disks(result),
                    Observer = counting,
                },
                stop.Token);
            if (result.GetValue(stats)) Report(counting.Last, watch.Elapsed, guest.Definitions.LoadTime);
            return Outcomes.Report(outcome);
        });
        return command;
    }

    private static void Report(ReplicaProgress last, TimeSpan elapsed, TimeSpan loading) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"shadowvm: {last.Instructions} instructions, {last.Epoch} epochs, {elapsed.TotalSeconds:0.000} s, "
        + $"{last.Instructions / elapsed.TotalMicroseconds:0.0} million instructions/s; "
        + $"definition {loading.TotalMilliseconds:0.0} ms"));
}

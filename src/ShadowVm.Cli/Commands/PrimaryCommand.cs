using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Vmm;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm primary</c>: the side that the world sees.</summary>
internal static class PrimaryCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "primary",
            "Run a guest as the primary of a pair. It waits for a backup before the first instruction, sends it the\n"
            + "guest and every epoch, and lets outputs out as the commit policy says.",
            "shadowvm primary journal --listen 127.0.0.1:7400 --disk path=disk.img,size=1M --arbiter ./locks",
            "shadowvm primary count --listen 127.0.0.1:7400 --console relay:127.0.0.1:7401 --arbiter ./locks",
            "shadowvm primary program.elf --listen 127.0.0.1:7400 --commit epoch --epoch-length 100k --arbiter ./locks");
        var guest = new GuestOptions(command);
        var outside = new OutsideOptions(command);
        var files = new ProgramFileOptions(command);
        var pair = new PairOptions(command);
        var roles = new RoleOptions(command);
        var traps = new TrapOptions(command, 1);
        var drain = new Option<string>("--drain")
        {
            Description = "What a drain instruction does, where the instruction set has delayed traps: deliver (all of them, at "
                + "once), or end-epoch (with the interrupts that came before them).",
            HelpName = "deliver|end-epoch",
            DefaultValueFactory = _ => "deliver",
        };
        command.Add(drain);
        var listen = new Option<string>("--listen")
        {
            Description = "Where to wait for the backup; port 0 takes any.",
            HelpName = "HOST:PORT",
            DefaultValueFactory = _ => "127.0.0.1:7400",
        };
        command.Add(listen);
        command.SetAction(result =>
        {
            var insecure = pair.InsecurePlaintext(result);
            var reachable = files.Read(result);
            var configuration = guest.Read(result, roles.Read(result), reachable) with
            {
                DrainPolicy = Values.Choice(
                    "--drain",
                    result.GetRequiredValue(drain),
                    ("deliver", DrainPolicy.Deliver),
                    ("end-epoch", DrainPolicy.EndEpoch)),
            };
            using var events = outside.Observer(result);
            using var stop = new StopSignal();
            return Outcomes.Report(Primary.Run(
                new PrimaryOptions
                {
                    Guests = guest.Definitions.Guests(result, traps.Read(result)),
                    Configuration = configuration,
                    Listen = OutsideOptions.Address(result.GetRequiredValue(listen), insecure),
                    InsecurePlaintext = insecure,
                    Console = outside.Console(result, insecure),
                    Disks = outside.Disks(result),
                    Files = reachable,
                    ArbiterFolder = pair.Arbiter(result),
                    FenceCommand = pair.Fence(result),
                    Observer = events.Observer,
                },
                stop.Token));
        });
        return command;
    }
}

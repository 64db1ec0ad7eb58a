using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Host.LifeCycle;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm backup</c>: the shadow.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "backup",
            "Run as the backup of a pair. It may start first and retries until the primary answers; the guest and its\n"
            + "settings come over the channel, disks are mapped to paths of this host by --disk. When the primary is\n"
            + "lost it asks the arbiter, shuts the primary out, and carries the guest on.",
            "shadowvm backup --primary 127.0.0.1:7400 --disk path=disk.img --arbiter ./locks",
            "shadowvm backup --primary 127.0.0.1:7400 --console relay:127.0.0.1:7401 --arbiter ./locks");
        var definitions = new Definitions();
        command.Add(definitions.Option);
        var outside = new OutsideOptions(command);
        var traps = new TrapOptions(command, 2);
        var files = new ProgramFileOptions(command);
        var pair = new PairOptions(command);
        var primary = new Option<string>("--primary")
        {
            Description = "Where the primary listens.",
            HelpName = "HOST:PORT",
            Required = true,
        };
        command.Add(primary);
        command.SetAction(result =>
        {
            var insecure = pair.InsecurePlaintext(result);
            using var events = outside.Observer(result);
            using var stop = new StopSignal();
            return Outcomes.Report(Backup.Run(
                new BackupOptions
                {
                    Guests = definitions.Guests(result, traps.Read(result)),
                    Primary = OutsideOptions.Address(result.GetRequiredValue(primary), insecure),
                    InsecurePlaintext = insecure,
                    Console = outside.Console(result, insecure),
                    Disks = outside.Disks(result),
                    Files = files.Read(result),
                    ArbiterFolder = pair.Arbiter(result),
                    FenceCommand = pair.Fence(result),
                    Observer = events.Observer,
                },
                stop.Token));
        });
        return command;
    }
}

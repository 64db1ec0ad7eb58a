using System.CommandLine;
using System.CommandLine.Help;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Commands;
using ShadowVm.Cli.Output;
using ShadowVm.Events;
using ShadowVm.Host;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Machine.Elf;

namespace ShadowVm.Cli;

/// <summary>
/// The command <c>shadowvm</c>. Exit codes: the guest's own; 2 for input that can't be used, with one sentence; 3 for a
/// replica that lost the arbitration; 4 for a divergence; 130 after Ctrl-C.
/// </summary>
internal static class Program
{
    private const int BadInputExitCode = 2;

    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("run", RunCommand.Create),
        ("primary", PrimaryCommand.Create),
        ("backup", BackupCommand.Create),
        ("demo", DemoCommand.Create),
        ("isa", IsaCommand.Create),
        ("simulate", SimulateCommand.Create),
    ];

    public static int Main(string[] args)
    {
        // Its attributes are read by reflection: beside the command line, not when the first epoch ends.
        new Thread(static () => _ = ShadowVmEventSource.Log) { IsBackground = true, Name = "shadowvm events" }.Start();
        var root = new RootCommand("A virtual machine monitor that keeps a RISC guest running when its host dies.");
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples(["shadowvm demo", "shadowvm run hello", "shadowvm isa list"]);
        }

        // Where the first word is a command's name, no other one can be meant, and none is put together.
        var named = Array.FindIndex(Commands, command => args.Length > 0 && command.Name == args[0]);
        for (var i = 0; i < Commands.Length; i++)
        {
            if (named < 0 || named == i) root.Add(Commands[i].Create());
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count != 0 && parsed.Action is not HelpWithExamples)
        {
            // An unknown word explains more than the command or argument that is missing because of it.
            var error = parsed.Errors.FirstOrDefault(e => e.Message.StartsWith("Unrecognized", StringComparison.Ordinal))
                ?? parsed.Errors[0];
            return Fail($"{error.Message.TrimEnd('.')}; see `shadowvm {CommandPath(parsed)}--help`");
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are StopSignal's
            });
        }
        catch (Exception e) when (
            e is UsageException or HostException or IsaException or ImageException or MachineDescriptionException)
        {
            Fail(e.Message);
            return e is HostException host ? host.ExitCode : BadInputExitCode;
        }
    }

    private static int Fail(string sentence)
    {
        Outcomes.Say(sentence);
        return BadInputExitCode;
    }

    private static string CommandPath(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return command is RootCommand ? "" : command.Name + " ";
    }
}

using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Configuration;
using ShadowVm.Isa;
using ShadowVm.Machine.Elf;
using ShadowVm.Machine.Programs;

namespace ShadowVm.Cli.CommandLine;

/// <summary>What a Linux program (<c>--machine user</c>) is started with: nothing of this host by itself.</summary>
internal sealed class ProgramOptions
{
    private const ulong FixedWallClock = 946_684_800_000_000_000; // 2000-01-01

    private readonly Argument<string[]> _arguments = new("ARGUMENTS")
    {
        Description = "A program's arguments, with --machine user; after -- where they look like options.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _environment = new("--env")
    {
        Description = "A word of the program's environment, which is empty otherwise; may stand several times.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string?> _seed = new("--seed")
    {
        Description = "What the program's random numbers come from; by default chance, or nothing with --clock instructions.",
        HelpName = "TEXT",
    };

    public ProgramOptions(Command command)
    {
        command.Add(_arguments);
        foreach (var option in new Option[] { _environment, _seed }) command.Add(option);
    }

    /// <summary>The first word that only a program takes, or null.</summary>
    public string? FirstGiven(ParseResult result) =>
        result.GetValue(_arguments)?.FirstOrDefault() ?? result.GetValue(_environment)?.FirstOrDefault();

    public ProgramSettings Read(
        ParseResult result, string path, string name, byte[] image, IsaDefinition isa, ClockMode clock, ProgramFiles files)
    {
        var environment = result.GetValue(_environment) ?? [];
        if (Array.Find(environment, word => word.IndexOf('=', StringComparison.Ordinal) <= 0) is { } wrong)
            throw new UsageException($"--env: '{wrong}' is not of the form NAME=VALUE");
        var byInstructions = clock == ClockMode.Instructions;
        var seed = result.GetValue(_seed) is { } text ? Encoding.UTF8.GetBytes(text)
            : byInstructions ? []
            : RandomNumberGenerator.GetBytes(32);
        return new ProgramSettings
        {
            Arguments = [path, .. result.GetValue(_arguments) ?? []],
            Environment = environment,
            Seed = seed,
            WallClock = byInstructions
                ? FixedWallClock
                : (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
            Interpreter = Interpreter(name, image, isa, files),
        };
    }

    private static ReadOnlyMemory<byte> Interpreter(string name, byte[] image, IsaDefinition isa, ProgramFiles files)
    {
        var target = new ElfTarget((ushort)isa.ElfMachine, isa.ElfClass, isa.BigEndian);
        if (ProgramImage.Read(name, image, target).Interpreter is not { } linker) return default;
        foreach (var folder in new[] { files.Libraries, files.Root })
        {
            if (folder is null) continue;
            if (HostFolder.Find(folder, linker) is { } found && File.Exists(found)) return File.ReadAllBytes(found);
        }

        throw new UsageException($"{name}: asks for the dynamic linker {linker}; give -L a folder that has it");
    }
}

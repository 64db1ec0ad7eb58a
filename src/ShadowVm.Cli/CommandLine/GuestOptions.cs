using System.CommandLine;
using ShadowVm.Host.Arbitration;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Machine.Elf;
using ShadowVm.Machine.Programs;
using ShadowVm.Replication;
using ShadowVm.Vmm;

namespace ShadowVm.Cli.CommandLine;

/// <summary>The options that describe a guest, the same for <c>run</c> and <c>primary</c>.</summary>
internal sealed class GuestOptions
{
    private readonly Argument<string> _image = new("IMAGE")
    {
        Description = "An ELF file, or the name of a bundled guest (see `shadowvm run --help`).",
    };

    private readonly Option<string?> _isa = new("--isa")
    {
        Description = "The guest's instruction set, a name or a variant; by default what the image's header says.",
        HelpName = "VARIANT",
    };

    private readonly Option<string?> _machine = new("--machine", "-M")
    {
        Description = "The machine description; by default the first by name that is for the instruction set.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _memory = new("--memory", "-m")
    {
        Description = "RAM, such as 64M; by default what the machine description says.",
        HelpName = "SIZE",
    };

    private readonly Option<string> _epochLength = new("--epoch-length")
    {
        Description = "Instructions per epoch, 1 to 1G.",
        HelpName = "N",
        DefaultValueFactory = _ => $"{VirtualMachineSettings.EpochLengthDefault / 1000}k",
    };

    private readonly Option<string> _clock = new("--clock")
    {
        Description = "Where guest time comes from: host, or instructions (two runs are then equal to the bit).",
        HelpName = "host|instructions",
        DefaultValueFactory = _ => "host",
    };

    private readonly Option<string> _tier = new("--tier")
    {
        Description = "How code is carried out; all give the same result: reference (the plain interpreter), cold "
            + "(predecoded), block (hot code translated), region (the hottest loops and calls as one).",
        HelpName = "reference|cold|block|region",
        DefaultValueFactory = _ => "region",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Sets word INDEX of a bare guest's parameter block; may stand several times.",
        HelpName = "INDEX=VALUE",
    };

    public GuestOptions(Command command)
    {
        command.Add(_image);
        Program = new ProgramOptions(command);
        foreach (var option in new Option[] { _isa, _machine, _memory, _epochLength, _clock, _tier, _set }) command.Add(option);
        command.Add(Definitions.Option);
    }

    /// <summary>What a Linux program is started with.</summary>
    public ProgramOptions Program { get; }

    public Definitions Definitions { get; } = new();

    /// <summary>Reads image and machine and puts together what makes the guest.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="role">How the roles go about it.</param>
    /// <param name="files">What of this host a program may reach.</param>
    public PairConfiguration Read(ParseResult result, RoleSettings role, ProgramFiles files)
    {
        var library = Definitions.Library(result);
        var (imageName, image) = GuestImages.Find(result.GetRequiredValue(_image));
        var header = ElfHeader.Read(imageName, image);
        var isa = Definitions.LoadGuest(library, result.GetValue(_isa), header);
        var machine = result.GetValue(_machine) is { } name
            ? CommandLine.Definitions.Machine(library, name) : CommandLine.Definitions.MachineFor(library, isa.Name);
        if (!machine.Architectures.Contains(isa.Name))
        {
            throw new UsageException(
                $"--machine: '{machine.Name}' is for {string.Join(", ", machine.Architectures)}, not for {isa.Name}");
        }

        if (machine.Abi is null && Program.FirstGiven(result) is { } word)
        {
            throw new UsageException($"'{word}' is no option; arguments and --env are for programs, with --machine user");
        }

        var clock = Values.Choice(
            "--clock",
            result.GetRequiredValue(_clock),
            ("host", ClockMode.Host),
            ("instructions", ClockMode.Instructions));
        ulong? memory = result.GetValue(_memory) is { } size ? Values.Size("--memory", size) : null;
        if (memory is { } bytes && machine.RamProblem(bytes) is { } problem) throw new UsageException("--memory: " + problem);
        return new PairConfiguration
        {
            Pair = Guid.NewGuid(),
            Primary = ProcessIdentity.Current,
            Isa = CommandLine.Definitions.FullName(isa),
            IsaHash = VirtualMachineFactory.HashOf(isa),
            Machine = machine.Name,
            MachineDescription = machine.Source.ToArray(),
            ImageName = imageName,
            Image = image,
            MemoryBytes = memory,
            EpochLength = (long)Values.Count(
                "--epoch-length",
                result.GetRequiredValue(_epochLength),
                (ulong)VirtualMachineSettings.EpochLengthMin,
                (ulong)VirtualMachineSettings.EpochLengthMax),
            Clock = clock,
            Program = machine.Abi is null
                ? new ProgramSettings()
                : Program.Read(result, result.GetRequiredValue(_image), imageName, image, isa, clock, files),
            Tier = Values.Word("--tier", result.GetRequiredValue(_tier), VirtualMachineFactory.TierNames),
            Parameters = [.. (result.GetValue(_set) ?? []).Select(Parameter)],
            Role = role,
        };
    }

    private static (int Index, ulong Value) Parameter(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw new UsageException($"--set: '{text}' is not of the form INDEX=VALUE");
        var index = Values.Count("--set", text[..equals], 0, 7);
        return ((int)index, Values.Number("--set", text[(equals + 1)..]));
    }
}

using System.CommandLine;
using System.Diagnostics;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Host;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Machine.Elf;
using ShadowVm.Vmm;

namespace ShadowVm.Cli.CommandLine;

/// <summary>Where definitions and machine descriptions lie, and finding one in them.</summary>
internal sealed class Definitions
{
    private const string MachinesFolder = "machines";

    private IsaDefinition? _ready;
    private Task? _lowering;

    /// <summary>The option that names the folder.</summary>
    public Option<string?> Option { get; } = new("--isa-path")
    {
        Description = "Folder of definitions; else SHADOWVM_ISA, ./isa, or the folder beside the program.",
        HelpName = "FOLDER",
    };

    public IsaLibrary Library(ParseResult result) => new(result.GetValue(Option));

    /// <summary>A definition's name that is found again on another host, as in name/variant.</summary>
    public static string FullName(IsaDefinition isa) => $"{isa.Name}/{isa.Variant}";

    /// <summary>Time spent on the guest's definition: finding, reading and lowering it.</summary>
    public TimeSpan LoadTime { get; private set; }

    /// <summary>Loads a guest's definition, by what was asked for or else by its image, and keeps it for the guest.</summary>
    public IsaDefinition LoadGuest(IsaLibrary library, string? wanted, ElfHeader header)
    {
        var began = Stopwatch.GetTimestamp();
        var loaded = wanted is null ? LoadFor(library, header) : Load(library, wanted);
        // All bodies are wanted before the guest runs; meanwhile this thread makes ready what else it needs.
        _lowering = Task.Factory.StartNew(
            () => Lower(loaded), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _ready = loaded;
        LoadTime += Stopwatch.GetElapsedTime(began);
        return _ready;
    }

    /// <summary>Builds guests whose definition is found here.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="traps">How this side's processor delays traps.</param>
    /// <param name="onBuilt">Told of each machine before it runs, or null.</param>
    public VirtualMachineFactory Guests(
        ParseResult result, TrapHardwareSettings traps, Action<VirtualMachine>? onBuilt = null)
    {
        var library = Library(result);
        return new VirtualMachineFactory(name =>
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                return Whole(library, _ready is { } ready && FullName(ready) == name ? ready : Load(library, name));
            }
            catch (Exception e) when (e is IsaException or UsageException)
            {
                throw new HostException(e.Message, inner: e); // a backup tells it to the primary, too
            }
            finally
            {
                LoadTime += Stopwatch.GetElapsedTime(began);
            }
        })
        {
            OnBuilt = onBuilt,
            TrapHardware = traps,
        };
    }

    /// <summary>
    /// Bodies are lowered on first use; an error in one must be told before the guest runs, and then all of them are.
    /// </summary>
    private IsaDefinition Whole(IsaLibrary library, IsaDefinition definition)
    {
        try
        {
            if (definition == _ready && _lowering is not null) _lowering.GetAwaiter().GetResult();
            else Lower(definition);
            return definition;
        }
        catch (IsaException)
        {
            throw new IsaException([.. IsaDefinition.Check(library.Open(definition.Name)).Where(finding => finding.IsError)]);
        }
    }

    private static void Lower(IsaDefinition definition)
    {
        foreach (var instruction in definition.Instructions) _ = instruction.Body;
        foreach (var function in definition.Functions) _ = function.Body;
    }

    /// <summary>A definition by its name, by a variant's, or by both as in name/variant.</summary>
    public static IsaDefinition Load(IsaLibrary library, string wanted)
    {
        var slash = wanted.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0) return IsaDefinition.Load(library.Open(wanted[..slash]), wanted[(slash + 1)..]);
        var names = library.Names();
        if (names.Contains(wanted)) return IsaDefinition.Load(library.Open(wanted));
        var refused = new List<string>();
        foreach (var name in names)
        {
            try
            {
                return IsaDefinition.Load(library.Open(name), wanted);
            }
            catch (IsaException e)
            {
                refused.Add(e.Message);
            }
        }

        throw new UsageException(refused.Count == 1
            ? $"--isa: {refused[0]}"
            : $"--isa: '{wanted}' is neither a definition ({string.Join(", ", names)}) nor a variant of one");
    }

    /// <summary>The name of the only definition that there is.</summary>
    public static string Only(IsaLibrary library)
    {
        var names = library.Names();
        if (names.Count == 1) return names[0];
        throw new UsageException($"--isa: name a definition or a variant; there are {string.Join(", ", names)}");
    }

    /// <summary>The definition that an image's header asks for.</summary>
    public static IsaDefinition LoadFor(IsaLibrary library, ElfHeader header)
    {
        var order = header.BigEndian ? "big" : "little";
        return library.FindByElf(header.Machine, header.Bits, header.BigEndian) ?? throw new UsageException(
            $"{header.Name}: no definition is for machine number {header.Machine} with {header.Bits} bits, {order}-endian; "
            + $"there are {string.Join(", ", library.Names())}");
    }

    /// <summary>A machine description by name, from the folder beside the definitions.</summary>
    public static MachineDescription Machine(IsaLibrary library, string name)
    {
        var known = Machines(library);
        return known.Find(machine => machine.Name == name).Path is { } path ? Read(path)
            : throw new UsageException(
                $"--machine: there is no '{name}'; there are {string.Join(", ", known.ConvertAll(machine => machine.Name))}");
    }

    /// <summary>The first description, by name, of a machine with devices for an instruction set.</summary>
    public static MachineDescription MachineFor(IsaLibrary library, string isa)
    {
        foreach (var (_, path) in Machines(library))
        {
            var machine = Read(path);
            if (machine.Abi is null && machine.Architectures.Contains(isa)) return machine;
        }

        throw new UsageException($"--machine: no machine description is for {isa}");
    }

    /// <summary>Machine descriptions by name; of two with one name, the one that is found first.</summary>
    private static List<(string Name, string Path)> Machines(IsaLibrary library)
    {
        var known = new List<(string Name, string Path)>();
        foreach (var root in library.Roots)
        {
            var folder = Path.Combine(root, MachinesFolder);
            if (!Directory.Exists(folder)) continue;
            foreach (var path in Directory.GetFiles(folder, "*.machine"))
            {
                var name = Path.GetFileNameWithoutExtension(path);
                if (!known.Exists(machine => machine.Name == name)) known.Add((name, path));
            }
        }

        known.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return known;
    }

    private static MachineDescription Read(string path)
    {
        try
        {
            return MachineDescription.Parse(Path.GetFileName(path), File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--machine: {path} can't be read: {e.Message}");
        }
    }
}

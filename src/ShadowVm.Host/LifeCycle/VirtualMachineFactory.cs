using System.Globalization;
using ShadowVm.Engine;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Events;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.Replica;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Machine.Elf;
using ShadowVm.Vmm;

namespace ShadowVm.Host.LifeCycle;

/// <summary>
/// Builds virtual machines from configurations. The definition is this host's own, found by name and checked by hash;
/// all else comes with the configuration.
/// </summary>
/// <param name="definitions">
/// Finds a definition by the name in <see cref="PairConfiguration.Isa"/>; throws <see cref="HostException"/> where it
/// has none or a broken one.
/// </param>
public sealed class VirtualMachineFactory(Func<string, IsaDefinition> definitions) : IGuestFactory
{
    /// <summary>How a definition's hash is written in <see cref="PairConfiguration.IsaHash"/>.</summary>
    public static string HashOf(IsaDefinition definition) =>
        string.Create(CultureInfo.InvariantCulture, $"{definition.Hash.Upper:x16}{definition.Hash.Lower:x16}");

    /// <summary>
    /// How tiers are written in <see cref="PairConfiguration.Tier"/> and on the command line, in the order of
    /// <see cref="Tier"/>.
    /// </summary>
    public static readonly string[] TierNames = ["reference", "cold", "block", "region"];

    /// <summary>Told of each machine that was built, before it runs.</summary>
    public Action<VirtualMachine>? OnBuilt { get; init; }

    /// <summary>How this side's simulated processor delays traps; no part of what both sides must agree on.</summary>
    public TrapHardwareSettings TrapHardware { get; init; } = new();

    /// <inheritdoc/>
    public IGuest Build(PairConfiguration configuration, Action<string> onTrouble)
    {
        var definition = definitions(configuration.Isa);
        var hash = HashOf(definition);
        if (hash != configuration.IsaHash)
        {
            throw new HostException(
                $"The definition of '{configuration.Isa}' is not the same on both sides: {hash} here, "
                + $"{configuration.IsaHash} in the configuration.");
        }

        if (configuration.EpochLength is < VirtualMachineSettings.EpochLengthMin
            or > VirtualMachineSettings.EpochLengthMax)
        {
            throw new HostException(
                $"An epoch of {configuration.EpochLength} instructions is not possible: "
                + $"{VirtualMachineSettings.EpochLengthMin} to {VirtualMachineSettings.EpochLengthMax} are.");
        }

        try
        {
            var machine = MachineDescription.Parse(configuration.Machine, configuration.MachineDescription);
            if (machine.RamProblem(configuration.MemoryBytes ?? machine.RamSize) is { } problem)
            {
                throw new HostException($"{problem}.");
            }

            var settings = new VirtualMachineSettings
            {
                EpochLength = configuration.EpochLength,
                ImageName = configuration.ImageName,
                MemoryBytes = configuration.MemoryBytes,
                Parameters = configuration.Parameters,
                Program = configuration.Program,
                Protected = configuration.Protected,
                DrainPolicy = configuration.DrainPolicy,
                Engine = EngineFor(configuration, onTrouble),
            };
            var built = new VirtualMachine(definition, machine, configuration.Image, settings);
            OnBuilt?.Invoke(built);
            return new VirtualMachineGuest(built);
        }
        catch (MachineDescriptionException e)
        {
            throw new HostException(e.Message, inner: e);
        }
        catch (ImageException e)
        {
            throw new HostException(e.Message, inner: e);
        }
        catch (OutOfMemoryException e)
        {
            throw new HostException("The host has not enough memory for the guest's RAM.", inner: e);
        }
    }

    /// <summary>The engine's settings: a fault of the translator is told, and ends no guest.</summary>
    internal EngineSettings EngineFor(PairConfiguration configuration, Action<string> onTrouble) => new()
    {
        Tier = TierOf(configuration.Tier),
        TrapHardware = TrapHardware,
        OnTranslatorFault = fault =>
        {
            ShadowVmEventSource.Log.TranslatorFailed((long)fault.Pc, fault.IsRegion, fault.Exception.ToString());
            onTrouble($"{fault} A slower tier carries that code out. Please report this fault of ShadowVm.");
        },
    };

    private static Tier TierOf(string name)
    {
        var index = Array.IndexOf(TierNames, name);
        return index >= 0 ? (Tier)index
            : throw new HostException($"There is no tier '{name}': {string.Join(", ", TierNames)} are.");
    }
}

using ShadowVm.Simulation.World;

namespace ShadowVm.Simulation;

/// <summary>Runs a pair in a simulated world: the settings determine everything that happens.</summary>
public static class Simulator
{
    /// <summary>Runs one world to its end and judges it.</summary>
    public static SimulationResult Run(SimulationSettings settings)
    {
        var pair = new SimulatedPair(settings);
        try
        {
            pair.Run();
        }
        catch (InvalidOperationException e)
        {
            pair.Violations.Add(e.Message.TrimEnd('.'));
        }

        var result = pair.Conclude();
        pair.Primary.Machine?.Dispose();
        pair.Backup.Machine?.Dispose();
        return result;
    }
}

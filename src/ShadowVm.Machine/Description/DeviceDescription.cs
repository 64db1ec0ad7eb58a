namespace ShadowVm.Machine.Description;

/// <summary>A device of a machine.</summary>
/// <param name="Name">Name, unique within the machine.</param>
/// <param name="Kind">Kind of model, one of <see cref="DeviceKind.All"/>.</param>
/// <param name="Start">First guest physical address of the register window, a multiple of 8.</param>
/// <param name="Size">Size of the window in bytes, a multiple of 8.</param>
/// <param name="Properties">What else the description says, in its order.</param>
public sealed record DeviceDescription(
    string Name, string Kind, ulong Start, ulong Size, IReadOnlyList<KeyValuePair<string, ulong>> Properties)
{
    /// <summary>Value of a property (a line number, a frequency in hertz), or null where it isn't given.</summary>
    public ulong? Property(string name)
    {
        foreach (var (key, value) in Properties)
        {
            if (key == name) return value;
        }

        return null;
    }

    /// <summary>Number of an interrupt line, or null where it isn't wired.</summary>
    public int? Line(string name) => (int?)Property(name);
}

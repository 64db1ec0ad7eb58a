namespace ShadowVm.Machine.Description;

/// <summary>A machine description can't be used. The message holds every error, one on a line.</summary>
/// <param name="errors">The errors in the order of the file, at least one.</param>
public sealed class MachineDescriptionException(IReadOnlyList<DescriptionError> errors)
    : Exception(string.Join('\n', errors))
{
    /// <summary>The errors in the order of the file.</summary>
    public IReadOnlyList<DescriptionError> Errors => errors;
}

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// How the instruction being executed stands. Faults are values: once it is not running, expressions go on with
/// whatever they have and statements do nothing more.
/// </summary>
internal enum Status : byte
{
    Running,
    Returned,
    Broken,
    Raised,
    Faulted,
    Misaligned,
    NeedsDevice,
}

/// <summary>What an access was for; the numbers are those that the fault hook gets.</summary>
internal enum Access : byte
{
    Fetch = 0,
    Read = 1,
    Write = 2,
}

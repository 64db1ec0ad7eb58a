namespace ShadowVm.Replication;

/// <summary>When an output of epoch E may leave the primary, and when the guest may go on.</summary>
public enum CommitPolicy
{
    /// <summary>The guest runs on; an output leaves when the end of its own epoch is acknowledged.</summary>
    Output,

    /// <summary>As <see cref="Output"/>, and the guest waits at each boundary for its acknowledgement.</summary>
    Epoch,

    /// <summary>
    /// Send and go on, relying on the channel to deliver the last message (patent p. 9). Over TCP even a process kill
    /// may lose it: for study.
    /// </summary>
    Patent,
}

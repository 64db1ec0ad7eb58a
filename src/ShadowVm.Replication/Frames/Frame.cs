namespace ShadowVm.Replication.Frames;

/// <summary>One message of the channel. Each kind documents its layout where it is implemented.</summary>
public abstract record Frame;

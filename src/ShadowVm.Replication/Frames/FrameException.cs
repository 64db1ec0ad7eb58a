namespace ShadowVm.Replication.Frames;

/// <summary>What came over the channel is no frame; the message is one sentence with the offending value.</summary>
public sealed class FrameException(string sentence) : Exception(sentence);

namespace ShadowVm.Compare;

/// <summary>The comparison can't be made; the message is one sentence for whoever asked for it.</summary>
internal sealed class CompareException(string message) : Exception(message);

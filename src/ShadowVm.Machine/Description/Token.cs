namespace ShadowVm.Machine.Description;

/// <summary>A word of a description and its place.</summary>
/// <param name="Text">The word.</param>
/// <param name="Line">Line from 1.</param>
/// <param name="Column">Column from 1.</param>
internal readonly record struct Token(string Text, int Line, int Column);

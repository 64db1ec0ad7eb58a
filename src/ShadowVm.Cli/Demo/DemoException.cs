namespace ShadowVm.Cli.Demo;

/// <summary>The demonstration did not show what it should; one sentence says what.</summary>
internal sealed class DemoException(string message) : Exception(message);

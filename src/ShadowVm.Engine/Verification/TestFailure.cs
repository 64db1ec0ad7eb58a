namespace ShadowVm.Engine.Verification;

/// <summary>A test that didn't hold, in words.</summary>
/// <param name="Place">file:line of the test or of the instruction.</param>
/// <param name="Test">What was tested.</param>
/// <param name="What">Where it went wrong, such as a register's name.</param>
/// <param name="Expected">What should have been.</param>
/// <param name="Actual">What was.</param>
public sealed record TestFailure(string Place, string Test, string What, string Expected, string Actual)
{
    /// <summary>The failure as printed.</summary>
    public override string ToString() => $"{Place}: {Test}: {What} is {Actual}, expected {Expected}";
}

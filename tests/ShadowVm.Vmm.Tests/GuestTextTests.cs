using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// The guests of tests/Guests print what they print on another machine, too (tests/Guests/check.sh), and exit as they
/// should.
/// </summary>
public class GuestTextTests
{
    [Theory]
    [InlineData("hello", 0)]
    [InlineData("compute", 0)]
    [InlineData("timer", 0)]
    [InlineData("count", 0)]
    [InlineData("traps", 0)]
    [InlineData("example", 0)]
    [InlineData("libc", 7)]
    public void A_guest_prints_its_text_and_exits_with_its_code(string guest, int exitCode)
    {
        var run = LockstepPair.Run(guest, 10_000);
        Assert.Equal(Guests.ExpectedText(guest), run.Console);
        Assert.Equal(exitCode, run.ExitCode);
    }
}

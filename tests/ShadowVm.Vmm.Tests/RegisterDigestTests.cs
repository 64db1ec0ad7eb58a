using ShadowVm.Isa.Numerics;

namespace ShadowVm.Vmm.Tests;

/// <summary>The digest of registers is a function of what they hold, whatever they held before.</summary>
public class RegisterDigestTests
{
    private const int Slots = 100;

    [Fact]
    public void ChangesWithEachRegister()
    {
        var slots = new ulong[Slots];
        var seen = new HashSet<Wide> { new RegisterDigest(Slots).Update(slots) };
        var digest = new RegisterDigest(Slots);
        for (var i = 0; i < Slots; i++)
        {
            slots[i] = 1;
            Assert.True(seen.Add(digest.Update(slots)), $"register {i} counts for nothing");
            slots[i] = 0;
        }
    }

    [Fact]
    public void ForgetsWhatRegistersHeld()
    {
        var slots = new ulong[Slots];
        var digest = new RegisterDigest(Slots);
        var atFirst = digest.Update(slots);
        foreach (var i in new[] { 0, 27, 28, 55, 99 }) slots[i] = ulong.MaxValue;
        digest.Update(slots);
        slots.AsSpan().Clear();
        Assert.Equal(atFirst, digest.Update(slots));

        slots[28] = 3;
        Assert.Equal(new RegisterDigest(Slots).Update(slots), digest.Update(slots));
    }

    [Fact]
    public void KnowsWhichRegisterHoldsIt()
    {
        // The same values one stretch further on are other state.
        var (first, second) = (new ulong[Slots], new ulong[Slots]);
        first[3] = 7;
        second[3 + 28] = 7;
        Assert.NotEqual(new RegisterDigest(Slots).Update(first), new RegisterDigest(Slots).Update(second));
    }
}

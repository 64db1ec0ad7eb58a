using ShadowVm.Isa;

namespace ShadowVm.Engine.Verification;

/// <summary>A word that encodes nothing must go where the definition's hook for such words sends it, in every tier.</summary>
public static class IllegalWordTest
{
    /// <summary>Runs a word in one way.</summary>
    /// <returns>What didn't hold, or null.</returns>
    public static TestFailure? Run(IsaDefinition isa, uint word, TestMode mode)
    {
        using var expected = Executed(isa, word, TestMode.Reference);
        using var found = Executed(isa, word, mode);
        var test = $"0x{word:x}, which encodes nothing";
        if (found.Cpu.Retired != 0 || found.LastCause is null)
            return new TestFailure(isa.Name, test, "the trap", "that of 'hook illegal'", "none");
        var slot = expected.Cpu.Slots.CommonPrefixLength(found.Cpu.Slots);
        return slot == isa.SlotCount
            ? null
            : new TestFailure(
                isa.Name, test, EdgeTest.NameOf(isa, slot), EdgeTest.Shown(expected.Cpu[slot]), EdgeTest.Shown(found.Cpu[slot]));
    }

    private static TestProcessor Executed(IsaDefinition isa, uint word, TestMode mode)
    {
        var processor = new TestProcessor(isa, mode.Settings, 0, 4 * VectorTest.Code);
        processor.Reset(VectorTest.Code);
        processor.Write(VectorTest.Code, word);
        processor.Run(1, mode.InEpochsOfOne);
        return processor;
    }
}

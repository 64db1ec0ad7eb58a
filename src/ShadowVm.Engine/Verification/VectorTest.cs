using ShadowVm.Isa;

namespace ShadowVm.Engine.Verification;

/// <summary>Carries out a definition's tests: registers and memory before, one instruction, registers and memory after.</summary>
public static class VectorTest
{
    /// <summary>Where code stands, unless the test sets pc.</summary>
    public const ulong Code = 0x1000;

    /// <summary>RAM of a test, from address 0.</summary>
    public const ulong MemoryBytes = 1 << 20;

    /// <summary>Runs a test in one way.</summary>
    /// <returns>What didn't hold, or null.</returns>
    public static TestFailure? Run(IsaDefinition isa, IsaTest test, TestMode mode)
    {
        using var processor = new TestProcessor(isa, mode.Settings, 0, MemoryBytes);
        var pc = test.Before.FirstOrDefault(value => value.Register == "pc")?.Value ?? Code;
        processor.Reset(pc);
        foreach (var value in test.Before)
        {
            if (value.Register == "pc") continue;
            if (value.Register is not null) processor.Cpu[Slot(isa, value)] = value.Value;
            else if (!processor.TryPut(value.Address, value.Width / 8, value.Value)) return NoMemory(test, value.Address);
        }

        uint word;
        try
        {
            word = isa.Encode(test.Instruction, [.. test.Fields.Select(field => (field.Name, field.Value))]);
        }
        catch (ArgumentException e)
        {
            return Failure(test, "the encoding", "possible", e.Message.TrimEnd('.'));
        }

        if (!processor.TryPut(pc, isa.Decode(word).Length, word)) return NoMemory(test, pc);
        processor.Run(1, mode.InEpochsOfOne);
        if (test.Raises is { } cause && (processor.Cpu.Retired != 0 || processor.LastCause != cause))
        {
            var raised = processor.LastCause is { } other ? $"cause {other}" : "none";
            return Failure(test, "the trap", $"cause {cause}", processor.Cpu.Retired != 0 ? "none" : raised);
        }

        if (test.Raises is null && processor.Cpu.Retired != 1)
            return Failure(test, "the trap", "none", $"cause {processor.LastCause}");
        foreach (var value in test.After)
        {
            var found = 0UL;
            if (value.Register is not null) found = processor.Cpu[Slot(isa, value)];
            else if (!processor.TryGet(value.Address, value.Width / 8, out found)) return NoMemory(test, value.Address);
            if (found == value.Value) continue;
            return Failure(test, Name(isa, value), EdgeTest.Shown(value.Value), EdgeTest.Shown(found));
        }

        return null;
    }

    private static TestFailure Failure(IsaTest test, string what, string expected, string actual) =>
        new(test.Place, $"{test.Name}: {test.Instruction}", what, expected, actual);

    private static TestFailure NoMemory(IsaTest test, ulong address) =>
        Failure(test, $"address {EdgeTest.Shown(address)}", $"below {EdgeTest.Shown(MemoryBytes)}, where tests have memory", "outside");

    private static int Slot(IsaDefinition isa, IsaTestValue value)
    {
        foreach (var file in isa.Registers)
        {
            if (file.Name == value.Register) return file.FirstSlot + value.Index;
        }

        throw new ArgumentException($"The definition has no register '{value.Register}'.");
    }

    private static string Name(IsaDefinition isa, IsaTestValue value) => value.Register is null
        ? $"mem.{value.Width}[{EdgeTest.Shown(value.Address)}]" : EdgeTest.NameOf(isa, Slot(isa, value));
}

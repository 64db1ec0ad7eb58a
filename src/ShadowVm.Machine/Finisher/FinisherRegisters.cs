namespace ShadowVm.Machine.Finisher;

/// <summary>The test finisher's only register, at offset 0, and the words written to its low 16 bits.</summary>
public static class FinisherRegisters
{
    /// <summary>Offset of the register; it reads 0.</summary>
    public const ulong Finish = 0;

    /// <summary>The guest ends with the exit code in the upper 16 bits.</summary>
    public const ushort Fail = 0x3333;

    /// <summary>The guest ends with exit code 0.</summary>
    public const ushort Pass = 0x5555;

    /// <summary>The guest asks for a reset.</summary>
    public const ushort Reset = 0x7777;
}

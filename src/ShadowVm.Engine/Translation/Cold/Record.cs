using System.Runtime.InteropServices;

namespace ShadowVm.Engine.Translation.Cold;

/// <summary>
/// One predecoded instruction: the code that does it and the operands that this code reads. Records of a page stand
/// in the order of their addresses, one per fetch unit, so that the next one is found by adding a constant.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Record
{
    /// <summary>Size in bytes.</summary>
    public const int Bytes = 64;

    /// <summary>Operands that fit.</summary>
    public const int OperandsMax = 4;

    /// <summary>Offset of <see cref="Raw"/>.</summary>
    public const int RawOffset = 8;

    /// <summary>Offset of <see cref="Pc"/>.</summary>
    public const int PcOffset = 16;

    /// <summary>Offset of <see cref="Heat"/>.</summary>
    public const int HeatOffset = 24;

    /// <summary>Offset of the first operand.</summary>
    public const int OperandOffset = 32;

    /// <summary>The code that runs here: the instruction's handler, or the way to a translated block.</summary>
    public nint Handler;

    /// <summary>The instruction's own handler, whatever was translated.</summary>
    public nint Raw;

    /// <summary>Guest address.</summary>
    public ulong Pc;

    /// <summary>Jumps to here that are still to come before it counts as hot.</summary>
    public long Heat;

    /// <summary>Operand values, by position.</summary>
    public long Operand0, Operand1, Operand2, Operand3;
}

using ShadowVm.Isa.Disassembly;

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    private Disassembler? _disassembler;

    /// <summary>The instruction in assembly language, by the definition's template or an alias that fits.</summary>
    /// <param name="instruction">A word that was taken apart.</param>
    /// <param name="pc">Its address, for targets of branches.</param>
    /// <param name="symbols">What to put behind a target, such as a symbol's name; null for nothing.</param>
    /// <exception cref="IsaException">A template has errors; a checked definition has none.</exception>
    public string Disassemble(DecodedInstruction instruction, ulong pc, Func<ulong, string?>? symbols = null)
    {
        if (Model is null)
            return instruction.Definition?.Name ?? $"0x{instruction.Word:x8}";
        return Printer().Print(instruction, pc, symbols);
    }

    private Disassembler Printer()
    {
        if (_disassembler is { } ready)
            return ready;
        var bag = new DiagnosticBag();
        var made = Disassembler.For(this, bag);
        bag.ThrowIfErrors();
        return _disassembler = made;
    }
}

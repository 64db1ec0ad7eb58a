namespace ShadowVm.Isa.Assembly;

/// <summary>
/// Assembles text by the templates, aliases and pseudo instructions of a definition. Two passes: the first settles
/// sizes and labels, the second encodes; nothing is relaxed, and a size never depends on a label further down.
/// </summary>
public static class Assembler
{
    /// <summary>Longest source text, in characters.</summary>
    public const int MaxSource = 16 << 20;

    /// <summary>Most bytes that a source may fill.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Assembles one file.</summary>
    /// <param name="isa">The definition, for the variant that is wanted.</param>
    /// <param name="fileName">Name of the file, for messages.</param>
    /// <param name="text">The source.</param>
    /// <param name="origin">Address of the section .text, a multiple of the fetch unit.</param>
    /// <returns>Bytes, symbols and listing, or everything that is wrong.</returns>
    /// <exception cref="IsaException">A template has errors; a checked definition has none.</exception>
    /// <exception cref="ArgumentException">The definition was made without a text.</exception>
    public static AssemblyResult Assemble(IsaDefinition isa, string fileName, string text, ulong origin)
    {
        if (isa.Model is null)
            throw new ArgumentException($"The definition '{isa.Name}' was made without a text.", nameof(isa));
        return new Passes(isa.Forms(), fileName, text, origin).Run();
    }
}

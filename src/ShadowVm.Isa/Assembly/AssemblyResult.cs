namespace ShadowVm.Isa.Assembly;

/// <summary>What assembling gave. Only where <see cref="Succeeded"/> are bytes and addresses of use.</summary>
/// <param name="Sections">Sections that have bytes, by ascending address.</param>
/// <param name="Entry">Address of <c>_start</c>, else of the first instruction.</param>
/// <param name="Symbols">Labels, in text order.</param>
/// <param name="Listing">What stands where, in text order.</param>
/// <param name="Diagnostics">Everything that is wrong, in text order; empty where all is well.</param>
public sealed record AssemblyResult(
    IReadOnlyList<AssembledSection> Sections,
    ulong Entry,
    IReadOnlyList<AssembledSymbol> Symbols,
    IReadOnlyList<ListingLine> Listing,
    IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>True where nothing is wrong.</summary>
    public bool Succeeded => Diagnostics.Count == 0;
}

/// <summary>Bytes that belong together.</summary>
/// <param name="Name">Name with its dot.</param>
/// <param name="Address">Where it begins.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="IsExecutable">True for code.</param>
/// <param name="IsWritable">True for data that a program may change.</param>
public sealed record AssembledSection(string Name, ulong Address, byte[] Bytes, bool IsExecutable, bool IsWritable);

/// <summary>A label.</summary>
/// <param name="Name">As written.</param>
/// <param name="Address">Where it stands.</param>
/// <param name="Section">The section that it stands in.</param>
/// <param name="IsGlobal">True where <c>.globl</c> names it.</param>
public sealed record AssembledSymbol(string Name, ulong Address, string Section, bool IsGlobal);

/// <summary>Bytes of a statement: an instruction, or up to eight bytes of data.</summary>
/// <param name="Address">Of the first byte.</param>
/// <param name="Bytes">As in memory.</param>
/// <param name="IsInstruction">True where the bytes are one instruction.</param>
/// <param name="Line">Line of the statement, from 1.</param>
/// <param name="Label">Label in front, or null.</param>
/// <param name="Text">
/// The statement as written; further instructions of a pseudo instruction as they are disassembled; empty for
/// further bytes.
/// </param>
public sealed record ListingLine(
    ulong Address, byte[] Bytes, bool IsInstruction, int Line, string? Label, string Text);

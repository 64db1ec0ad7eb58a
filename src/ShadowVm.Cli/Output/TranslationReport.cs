using System.Globalization;
using ShadowVm.Engine.Translation.Listing;
using ShadowVm.Isa;

namespace ShadowVm.Cli.Output;

/// <summary>Guest code and what the translator makes of it, in sections.</summary>
/// <param name="isa">The definition.</param>
/// <param name="sections">Takes the text.</param>
/// <param name="withIl">Whether IL is shown.</param>
/// <param name="withHost">Whether host code is shown.</param>
internal sealed class TranslationReport(IsaDefinition isa, Sections sections, bool withIl, bool withHost)
{
    /// <summary>Guest instructions in a row.</summary>
    /// <param name="pc">Address of the first.</param>
    /// <param name="instructions">The instructions.</param>
    /// <param name="labels">Labels by address.</param>
    public void WriteGuest(
        ulong pc, IReadOnlyList<DecodedInstruction> instructions, IReadOnlyDictionary<ulong, string> labels)
    {
        sections.Begin("guest code");
        foreach (var instruction in instructions)
        {
            if (labels.TryGetValue(pc, out var label)) sections.Output.WriteLine($"{label}:");
            var word = instruction.Word.ToString("x" + (2 * instruction.Length), CultureInfo.InvariantCulture);
            sections.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{pc,12:x}:  {word,-8}  {isa.Disassemble(instruction, pc)}"));
            pc += (ulong)instruction.Length;
        }
    }

    /// <summary>All of a listing: each part of the guest code with the IR of its instructions, IL, host code.</summary>
    public void WriteAll(string what, TranslationListing listing, IReadOnlyDictionary<ulong, string> labels)
    {
        foreach (var part in listing.Parts) WriteGuest(part.Pc, part.Instructions, labels);
        sections.Begin($"{what}: IR");
        foreach (var instruction in listing.Parts.SelectMany(part => part.Instructions).Select(each => each.Definition!).Distinct())
        {
            sections.Output.WriteLine($"{instruction.Name}:");
            sections.Output.Write(isa.PrintBody(instruction));
        }

        Write(what, listing, "");
    }

    /// <summary>IL and host code of a translation.</summary>
    /// <param name="what">What was translated, for the headings.</param>
    /// <param name="listing">The translation, or null where there is none.</param>
    /// <param name="otherwise">What is said where there is none.</param>
    public void Write(string what, TranslationListing? listing, string otherwise)
    {
        if (!withIl && !withHost) return;
        if (listing is null)
        {
            sections.Begin(what);
            sections.Output.WriteLine(otherwise);
            return;
        }

        if (withIl)
        {
            sections.Begin(string.Create(CultureInfo.InvariantCulture, $"{what}: IL, {listing.Code.IlBytes} bytes"));
            sections.Output.Write(listing.Il);
        }

        if (withHost) WriteHost(what, listing);
    }

    private void WriteHost(string what, TranslationListing listing)
    {
        if (!HostDisassembly.IsPossible)
        {
            sections.Begin($"{what}: host code");
            sections.Output.WriteLine(HostDisassembly.Refusal);
            return;
        }

        var code = HostDisassembly.Of(listing.Code);
        sections.Begin(string.Create(CultureInfo.InvariantCulture, $"{what}: host code, {code.Bytes} bytes"));
        code.Write(sections.Output, listing.Names);
    }
}

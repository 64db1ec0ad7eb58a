using System.Globalization;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Machine.Elf;
using ShadowVm.Vmm;

namespace ShadowVm.Cli.Output;

/// <summary>
/// What the translator made of a place in a guest, for <c>run --dump-jit</c>: guest code, IR, IL and host code of each region
/// and block that holds it, or a part of the function, at the end of the run.
/// </summary>
/// <param name="place">An address, or a symbol of the image.</param>
internal sealed class JitDump(string place)
{
    private VirtualMachine? _machine;

    /// <summary>Takes the machine, which has not run yet.</summary>
    public void Watch(VirtualMachine machine) => _machine = machine;

    /// <summary>Finds the address, and how many bytes from there are meant, before anything runs.</summary>
    /// <param name="image">The guest's image.</param>
    /// <exception cref="UsageException">It is neither.</exception>
    public (ulong Address, ulong Bytes) Find(ReadOnlySpan<byte> image)
    {
        if (ElfSymbols.Read(image).TryFind(place, out var address, out var size)) return (address, Math.Max(size, 1));
        if (place.Length > 0 && char.IsAsciiDigit(place[0])) return (Values.Number("--dump-jit", place), 1);
        throw new UsageException($"--dump-jit: '{place}' is neither an address nor a symbol of the image");
    }

    /// <summary>Writes what there is.</summary>
    public void Write(TextWriter output, (ulong Address, ulong Bytes) at)
    {
        if (_machine is not { } machine) return;
        var listings = machine.ListingsAt(at.Address, at.Bytes);
        if (listings.Count == 0)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"--dump-jit: nothing that was translated at 0x{at.Address:x} was there at the end of the run"));
        }

        var report = new TranslationReport(machine.Isa, new Sections(output), withIl: true, withHost: true);
        var none = new Dictionary<ulong, string>();
        foreach (var listing in listings)
        {
            var first = listing.Parts[0].Pc.ToString("x", CultureInfo.InvariantCulture);
            report.WriteAll($"{(listing.Parts.Count > 1 ? "region" : "block")} {first}", listing, none);
        }
    }
}

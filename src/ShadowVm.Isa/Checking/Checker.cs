using ShadowVm.Isa.Assembly;
using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Loading;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Checking;

/// <summary>Looks at every declaration and every body, once for each set of parameter values.</summary>
internal static class Checker
{
    public static IReadOnlyList<Diagnostic> Run(IsaSource source)
    {
        var bag = new DiagnosticBag();
        try
        {
            var scout = new Loader(source, bag);
            if (!scout.Scan())
                return bag.Sorted();
            var unused = new UnusedChecker();
            foreach (var variant in scout.Rules.All())
            {
                if (bag.Full)
                    break;
                // Each set is loaded afresh; what it says again is said once.
                var loader = new Loader(source, bag);
                if (loader.Scan())
                    CheckVariant(source, loader, variant, unused, bag);
            }

            unused.Report(scout.Texts, bag);
        }
        catch (GiveUpException)
        {
            // Too many findings, or nothing to go on with: both are reported.
        }

        return bag.Sorted();
    }

    private static void CheckVariant(
        IsaSource source, Loader loader, Variant variant, UnusedChecker unused, DiagnosticBag bag)
    {
        loader.Read(variant);
        loader.ReadTests();
        loader.ReadLinux();
        var model = loader.Model;
        foreach (var function in model.FunctionList)
            Guard(bag, () => loader.Functions.Lower(function, bag, function.At));
        foreach (var encoding in model.Encodings)
        {
            if (encoding.IsReserved)
                CheckReserved(encoding, bag);
            else if (encoding.Short is not null)
                Guard(bag, () => ShortFormChecker.Check(encoding, loader.Functions, model.IrFunctions, bag));
            else
                Guard(bag, () => loader.Functions.Lower(encoding, bag));
        }

        foreach (var (_, _, value) in model.Context)
            Guard(bag, () => new BodyLowering(model, bag, loader.Functions).LowerAnyWidth(value));
        if (!model.State.ContainsKey("pc"))
            return;
        var definition = IsaDefinition.From(source, loader, variant);
        Guard(bag, () => Disassembler.For(definition, bag));
        Guard(bag, () => FormTable.For(definition, bag));
        foreach (var encoding in model.Encodings)
            CheckLength(definition, encoding, bag);
        OverlapChecker.Check(definition, bag);
        ReachChecker.Check(definition, bag);
        unused.Look(model);
    }

    /// <summary>What the length hook says of the first unit must be what the pattern has.</summary>
    private static void CheckLength(IsaDefinition definition, Encoding encoding, DiagnosticBag bag)
    {
        if (bag.Errors > 0)
            return;
        foreach (var word in new[] { encoding.Value, encoding.Value | ~encoding.Mask })
        {
            var unit = definition.UnitBytes >= 4 ? word : word & ((1u << definition.UnitBytes * 8) - 1);
            var bits = definition.LengthOf(unit) * 8;
            if (bits == encoding.Bits)
                continue;
            bag.Error(
                encoding.At,
                $"The pattern of '{encoding.Name}' has {encoding.Bits} bits, but 'hook length' gives {bits} for it");
            return;
        }
    }

    private static void CheckReserved(Encoding encoding, DiagnosticBag bag)
    {
        if (FunctionLowering.Parse(encoding.Extent, encoding.BodyStart, encoding.Row, bag, true).Length > 0)
            bag.Error(encoding.At, $"'{encoding.Name}' is reserved but has a body");
    }

    private static void Guard(DiagnosticBag bag, Action step)
    {
        try
        {
            step();
        }
        catch (GiveUpException)
        {
            if (bag.Full)
                throw;
        }
    }
}

using ShadowVm.Isa.Checking;
using ShadowVm.Isa.Loading;

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    private Func<IReadOnlyList<IsaTest>>? _readTests;
    private Func<Linux.LinuxAbi?>? _readLinux;

    /// <summary>The definition's test blocks, read when first asked for.</summary>
    /// <exception cref="IsaException">One has errors; a checked definition has none.</exception>
    public IReadOnlyList<IsaTest> Tests => _readTests?.Invoke() ?? [];

    /// <summary>Reads <c>abi linux</c>; null where this variant has none.</summary>
    /// <exception cref="IsaException">It has errors; a checked definition has none.</exception>
    public Linux.LinuxAbi? ReadLinux() => _readLinux?.Invoke();

    /// <summary>
    /// Loads a variant. All headers are read and checked; bodies are parsed and lowered when first used, so an error
    /// in one shows then (or in <see cref="Check"/>, which looks at everything).
    /// </summary>
    /// <param name="source">The text.</param>
    /// <param name="variant">Name of the variant, or null for default parameters and all extensions.</param>
    /// <exception cref="IsaException">The text or the variant's name is wrong; it holds all findings.</exception>
    public static IsaDefinition Load(IsaSource source, string? variant = null)
    {
        var bag = new DiagnosticBag();
        var loader = new Loader(source, bag);
        if (!loader.Scan())
            bag.ThrowIfErrors();
        var chosen = variant is null ? loader.Rules.Default() : loader.Rules.Parse(source.Name, variant);
        return Read(source, loader, bag, chosen);
    }

    /// <summary>Loads the first variant, in the order of <see cref="Variants"/>, that an ELF header is for.</summary>
    /// <param name="source">The text.</param>
    /// <param name="machine">The machine number in the ELF header.</param>
    /// <param name="elfClass">32 or 64.</param>
    /// <param name="bigEndian">Whether the header says that data is big-endian.</param>
    /// <returns>The definition, or null where no variant fits.</returns>
    /// <exception cref="IsaException">The text is wrong; it holds all findings.</exception>
    public static IsaDefinition? LoadForElf(IsaSource source, int machine, int elfClass, bool bigEndian)
    {
        var bag = new DiagnosticBag();
        var loader = new Loader(source, bag);
        if (!loader.Scan())
            bag.ThrowIfErrors();
        foreach (var variant in loader.Rules.All())
        {
            var found = loader.PeekElf(variant);
            if (bag.HasErrors)
                return Load(source, loader.Rules.NameOf(variant, source.Name)); // which tells all of them
            if (found == (machine, elfClass, bigEndian))
                return Read(source, loader, bag, variant);
        }

        return null;
    }

    private static IsaDefinition Read(IsaSource source, Loader loader, DiagnosticBag bag, Variant chosen)
    {
        try
        {
            loader.Read(chosen);
        }
        catch (GiveUpException)
        {
            // Too many findings: those that there are say enough.
        }

        bag.ThrowIfErrors();
        return From(source, loader, chosen);
    }

    /// <summary>Looks at everything, for every set of parameter values, all extensions in.</summary>
    /// <param name="source">The text.</param>
    /// <returns>Errors and warnings in text order; empty where all is well.</returns>
    public static IReadOnlyList<Diagnostic> Check(IsaSource source) => Checker.Run(source);

    /// <summary>
    /// Names of the variants: each set of parameter values with all extensions, the default one first.
    /// </summary>
    /// <param name="source">The text.</param>
    /// <exception cref="IsaException">The text is wrong.</exception>
    public static IReadOnlyList<string> Variants(IsaSource source)
    {
        var bag = new DiagnosticBag();
        var loader = new Loader(source, bag);
        if (!loader.Scan())
            bag.ThrowIfErrors();
        return loader.Rules.All().ConvertAll(v => loader.Rules.NameOf(v, source.Name));
    }

    private static Linux.LinuxAbi? ReadLinux(Loader loader)
    {
        lock (loader.Model.Gate)
        {
            var abi = loader.ReadLinux();
            loader.ThrowIfErrors();
            return abi;
        }
    }

    private static List<IsaTest> ReadTests(Loader loader)
    {
        lock (loader.Model.Gate)
        {
            var tests = loader.ReadTests();
            loader.ThrowIfErrors();
            return tests;
        }
    }

    internal static IsaDefinition From(IsaSource source, Loader loader, Variant variant)
    {
        var model = loader.Model;
        var instructions = new List<Instruction>();
        foreach (var encoding in model.Encodings)
        {
            if (encoding.Instruction is not null)
                instructions.Add(encoding.Instruction);
        }

        return new IsaDefinition
        {
            _readTests = () => ReadTests(loader),
            _readLinux = () => ReadLinux(loader),
            Name = source.Name,
            Variant = loader.Rules.NameOf(variant, source.Name),
            Hash = source.Hash,
            UnitBytes = model.UnitBits / 8,
            BigEndian = model.BigEndian,
            AddressBits = model.AddressBits,
            ElfMachine = model.ElfMachine,
            ElfClass = model.ElfClass,
            Registers = model.Registers,
            SlotCount = model.SlotCount,
            PcSlot = model.State["pc"].Slot,
            NextPcSlot = model.HasDelaySlots ? model.State["npc"].Slot : -1,
            DelaySlot = model.HasDelaySlots ? model.State["slot"].Slot : -1,
            Instructions = instructions,
            Functions = model.IrFunctions,
            Hooks = new IsaHooks
            {
                Reset = Hook(model, "reset"),
                Program = Hook(model, "program"),
                FloatControl = Hook(model, "float_control"),
                SetFloatControl = Hook(model, "set_float_control"),
                Trap = Hook(model, "trap")!,
                Illegal = Hook(model, "illegal")!,
                Fault = Hook(model, "fault")!,
                Misaligned = Hook(model, "misaligned"),
                Translate = Hook(model, "translate"),
                Interrupt = Hook(model, "interrupt")!,
                Awake = Hook(model, "awake")!,
                Deliver = model.Delayed?.Deliverer?.Ir,
            },
            Model = model,
            Functional = loader.Functions,
            ExtensionOf = loader.ExtensionAt,
        };
    }

    /// <summary>Lowers what isn't an instruction: values in assembly text.</summary>
    internal Lowering.FunctionLowering? Functional { get; private init; }

    /// <summary>The extension that a place of the text belongs to, or null.</summary>
    internal Func<Text.Token, string?> ExtensionOf { get; private init; } = _ => null;

    private static Ir.Function? Hook(Model.DefinitionModel model, string name) =>
        model.Hooks.TryGetValue(name, out var hook) ? hook.Ir : null;
}

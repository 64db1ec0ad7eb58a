using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Engine.Translation.Listing;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;

namespace ShadowVm.Cli.Commands.Isa;

/// <summary><c>shadowvm isa show</c>: an instruction from its encoding to the host code it becomes.</summary>
internal static class ShowCommand
{
    private const int WordBytes = sizeof(uint);

    public static Command Create()
    {
        var command = new DocumentedCommand(
            "show",
            "Show an instruction: encoding, class, operands, other spellings, tests, text and the IR it is lowered to; with operands "
            + "or a word also what the translator makes of it: IL and host code, of the cold tier's handler and of a block.",
            "shadowvm isa show addi                              # encoding, class, text, IR",
            "shadowvm isa show add rd=3 rs1=1 rs2=2              # and guest code, IL, host code",
            "shadowvm isa show 0x002081b3 --asm                  # by its word, host code alone",
            "shadowvm isa show addi --il --isa VARIANT           # operands are chosen where none are given",
            "shadowvm isa show --block loop.s --org 0x80000000   # a whole block",
            "shadowvm isa show VARIANT                           # names of all instructions",
            "shadowvm isa show 'amo*.w'                          # names that fit a pattern",
            "",
            "Exit code: 0, or 2 for input that can't be used.");
        var words = new Argument<string[]>("WORDS")
        {
            Description = "An ISA if it isn't the only one, then an instruction's name with OPERAND=VALUE..., or an "
                + "instruction word in hexadecimal. Registers may be given by name. All instructions are listed where none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var isa = new Option<string?>("--isa")
        {
            Description = "A definition or a variant; by default the only definition that there is.",
            HelpName = "VARIANT",
        };
        var block = new Option<string?>("--block")
        {
            Description = "Show the block that an assembly source begins with.",
            HelpName = "FILE",
        };
        var origin = new Option<string>("--org")
        {
            Description = "Address of the instruction or block.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => AssemblySource.OriginDefault,
        };
        var ir = new Option<bool>("--ir") { Description = "Show encoding, class, text and IR." };
        var il = new Option<bool>("--il") { Description = "Show IL." };
        var asm = new Option<bool>("--asm") { Description = "Show host code, on x86-64." };
        command.Add(words);
        foreach (var option in new Option[] { isa, block, origin, ir, il, asm }) command.Add(option);
        var definitions = new Definitions();
        command.Add(definitions.Option);
        command.SetAction(result =>
        {
            var wanted = ShownInstruction.Parse(
                definitions.Library(result), result.GetValue(isa), result.GetValue(words) ?? []);
            var parts = new Parts(result.GetValue(ir), result.GetValue(il), result.GetValue(asm));
            var start = result.GetRequiredValue(origin);
            if (result.GetValue(block) is not { } file) return Show(wanted, parts, start);
            if (wanted.Name is not null) throw new UsageException($"--block: it goes without an instruction, and there is '{wanted.Name}'");
            if (parts.Ir) throw new UsageException("--ir: it goes with an instruction, not with --block");
            return ShowBlock(wanted.Isa, file, start, parts);
        });
        return command;
    }

    private static int Show(ShownInstruction wanted, Parts parts, string origin)
    {
        var isa = wanted.Isa;
        if (wanted.Name is null)
        {
            var names = wanted.Pattern is null ? null : isa.Search(wanted.Pattern);
            if (names is { Count: 0 }) throw new UsageException($"{isa.Variant} has no instruction that '{wanted.Pattern}' fits");
            foreach (var each in isa.Instructions)
            {
                if (names is not null && !names.Contains(each.Name)) continue;
                Console.Out.WriteLine($"{each.Name,-12} {each.DeclaredClass.ToString().ToLowerInvariant()}");
            }

            return 0;
        }

        var sections = new Sections(Console.Out);
        if (!wanted.HasOperands && parts.IsNone)
        {
            Console.Out.Write(isa.Describe(wanted.Name)); // nothing else is shown that it must be told from
            return 0;
        }

        parts = parts.OrAll();
        var decoded = wanted.Decode();
        var pc = Address(isa, origin);
        if (parts.Ir)
        {
            sections.Begin("instruction");
            Console.Out.Write(isa.Describe(wanted.Name));
        }

        if (!parts.Il && !parts.Host) return 0;
        var report = new TranslationReport(isa, sections, parts.Il, parts.Host);
        var bytes = new byte[decoded.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(decoded.Word >> (8 * (isa.BigEndian ? bytes.Length - 1 - i : i)));
        }

        report.WriteGuest(pc, [decoded], new Dictionary<ulong, string>());
        report.Write("cold handler", TranslationListing.OfHandler(isa, decoded), WhyNot(decoded));
        report.Write("block", TranslationListing.OfBlock(isa, pc, bytes), WhyNot(decoded));
        return 0;
    }

    private static int ShowBlock(IsaDefinition isa, string file, string origin, Parts parts)
    {
        parts = parts.OrAll();
        if (AssemblySource.Assemble(isa, file, origin) is not { } assembled) return AssemblySource.FindingsExitCode;
        var section = assembled.Sections.FirstOrDefault(
            s => s.IsExecutable && assembled.Entry - s.Address < (ulong)s.Bytes.Length)
            ?? throw new UsageException($"{file}: there is no instruction in it");
        var code = section.Bytes.AsSpan((int)(assembled.Entry - section.Address));
        var listing = TranslationListing.OfBlock(isa, assembled.Entry, code) ?? throw new UsageException(
            $"{file}: the translator doesn't take its first instruction: {First(isa, code, assembled.Entry)}");
        var report = new TranslationReport(isa, new Sections(Console.Out), parts.Il, parts.Host);
        report.WriteGuest(assembled.Entry, listing.Instructions, Labels(assembled));
        var bytes = listing.Instructions.Sum(instruction => instruction.Length);
        if (bytes < code.Length)
        {
            Console.Out.WriteLine($"The block ends here; {code.Length - bytes} bytes of the source stand behind it.");
        }

        report.Write("block", listing, "");
        return 0;
    }

    private static Dictionary<ulong, string> Labels(AssemblyResult assembled)
    {
        var labels = new Dictionary<ulong, string>();
        foreach (var symbol in assembled.Symbols) labels.TryAdd(symbol.Address, symbol.Name);
        return labels;
    }

    private static string First(IsaDefinition isa, ReadOnlySpan<byte> code, ulong pc)
    {
        var word = 0u;
        var length = Math.Min(code.Length, WordBytes);
        for (var i = 0; i < length; i++) word |= (uint)code[i] << (8 * (isa.BigEndian ? length - 1 - i : i));
        return isa.Disassemble(isa.Decode(word), pc);
    }

    private static string WhyNot(DecodedInstruction decoded) => decoded.Class == InstructionClass.User
        ? "none: the reference interpreter carries it out"
        : $"none: a {decoded.Class.ToString().ToLowerInvariant()} instruction is the monitor's";

    private static ulong Address(IsaDefinition isa, string origin)
    {
        var pc = Values.Number("--org", origin);
        return pc % (ulong)isa.UnitBytes == 0
            ? pc
            : throw new UsageException($"--org: '{origin}' is no multiple of {isa.UnitBytes}");
    }

    private readonly record struct Parts(bool Ir, bool Il, bool Host)
    {
        public bool IsNone => !Ir && !Il && !Host;

        public Parts OrAll() => IsNone ? new Parts(true, true, true) : this;
    }
}

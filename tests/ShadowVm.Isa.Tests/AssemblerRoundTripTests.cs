using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ShadowVm.Isa.Assembly;
using Xunit.Abstractions;
using Encoding = ShadowVm.Isa.Model.Encoding;

namespace ShadowVm.Isa.Tests;

/// <summary>What the disassembler prints the assembler takes, word for word, for every instruction and alias.</summary>
public class AssemblerRoundTripTests(ITestOutputHelper log)
{
    private const ulong Origin = 0x8000_0000;
    private const int WordsEach = 25;

    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("SHADOWVM_ASSEMBLER_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    public static TheoryData<string, string> Variants()
    {
        var data = new TheoryData<string, string>();
        var library = new IsaLibrary(null, null, AppContext.BaseDirectory, AppContext.BaseDirectory);
        foreach (var name in library.Names())
        {
            foreach (var variant in IsaDefinition.Variants(library.Open(name)))
                data.Add(name, variant);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Words_come_back_from_their_text(string name, string variant)
    {
        var isa = IsaDefinition.Load(Toy.Shipped(name), variant);
        var words = Words(isa, Seed);
        var text = new StringBuilder();
        var address = Origin;
        foreach (var (word, bytes) in words)
        {
            text.Append(isa.Disassemble(isa.Decode(word), address)).Append('\n');
            address += (ulong)bytes;
        }

        var result = Assembler.Assemble(isa, "words.s", text.ToString(), Origin);
        Assert.True(result.Succeeded, $"seed {Seed}: " + string.Join('\n', result.Diagnostics.Take(10)));
        var lines = text.ToString().Split('\n');
        for (var i = 0; i < words.Count; i++)
        {
            var back = Word(isa, result.Listing[i].Bytes);
            Assert.True(
                back == words[i].Word,
                $"seed {Seed}: 0x{words[i].Word:x8} at 0x{result.Listing[i].Address:x} is '{lines[i]}', which assembles to 0x{back:x8}");
        }

        log.WriteLine($"{variant}: {words.Count} words of {isa.Instructions.Count} instructions, seed {Seed}");
    }

    [Theory]
    [InlineData("rv64imafd_zicsr_zifencei")]
    [InlineData("rv32imafd_zicsr_zifencei")]
    public void Another_assembler_comes_to_the_same_words(string variant)
    {
        const string prefix = "/usr/bin/riscv64-unknown-elf-";
        if (!File.Exists(prefix + "as") || !File.Exists(prefix + "objcopy"))
        {
            log.WriteLine($"not compared: {prefix}as and {prefix}objcopy are not installed");
            return;
        }

        var isa = IsaDefinition.Load(Toy.Shipped("riscv"), variant);
        var text = new StringBuilder("_start:\n");
        foreach (var (word, _) in Words(isa, Seed))
        {
            var decoded = isa.Decode(word);
            var line = isa.Disassemble(decoded, 0x4000_0000);
            if (decoded.Definition!.Encoding!.Template.Contains("{target", StringComparison.Ordinal))
            {
                // Both know '.', an address would need a linker.
                var at = line.LastIndexOf("0x", StringComparison.Ordinal);
                var target = ulong.Parse(line.AsSpan(at + 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                line = string.Create(CultureInfo.InvariantCulture, $"{line[..at]}. + {(long)target - 0x4000_0000L}");
            }

            // The other one has no spelling for an empty set, and none for how an exact result is rounded.
            var template = decoded.Definition.Encoding.Template;
            var isExact = line.Count(c => c == ',') == 2 && template.Contains("{rmx}", StringComparison.Ordinal);
            if (!line.Contains("unknown", StringComparison.Ordinal) && !isExact)
                text.Append(line).Append('\n');
        }

        text.Append("li a0, 0x12345678\nli a1, -1\nli a2, 0x7fffffff\nli a3, -0x80000000\nli a4, 2048\nli a5, 0x800\n");
        if (isa.ElfClass == 64)
            text.Append("li a0, 0x123456789abcdef0\nli a1, 0x5555555555555555\nli a2, 0xffff0000\n");
        text.Append("1: j 1b\nbgt a0, a1, 1b\nbleu a0, fp, 1b\nlw a0, (sp)\nneg a0, x31\n");
        text.Append("fmv.s fa0, ft11\nfneg.d f1, fs2\nfabs.s f1, f2\nfgt.d a0, fa1, fa2\nfge.s a0, fa1, fa2\nfmv.x.s a0, fa0\n");
        var ours = Assembler.Assemble(isa, "all.s", text.ToString(), 0);
        Assert.True(ours.Succeeded, $"seed {Seed}: " + string.Join('\n', ours.Diagnostics.Take(10)));

        var folder = Directory.CreateTempSubdirectory("shadowvm-asm-").FullName;
        try
        {
            var source = Path.Combine(folder, "all.s");
            // Families of control registers are numbered at the end here.
            File.WriteAllText(source, Regex.Replace(text.ToString(), "mhpmcounterh([0-9]+)", "mhpmcounter$1h"));
            var march = isa.ElfClass == 64 ? "rv64imafd_zicsr_zifencei_zihintpause" : "rv32imafd_zicsr_zifencei_zihintpause";
            var abi = isa.ElfClass == 64 ? "lp64" : "ilp32";
            Run(prefix + "as", $"-march={march} -mabi={abi} -mno-relax -o {folder}/all.o {source}");
            Run(prefix + "objcopy", $"-O binary -j .text {folder}/all.o {folder}/all.bin");
            var theirs = File.ReadAllBytes(Path.Combine(folder, "all.bin"));
            var at = 0;
            foreach (var line in ours.Listing)
            {
                var other = theirs.AsSpan(at, line.Bytes.Length).ToArray();
                Assert.True(
                    line.Bytes.AsSpan().SequenceEqual(other),
                    $"seed {Seed}: '{line.Text}' is 0x{Word(isa, line.Bytes):x8}, the other assembler says 0x{Word(isa, other):x8}");
                at += line.Bytes.Length;
            }

            Assert.Equal(theirs.Length, at);
            log.WriteLine($"{variant}: {ours.Listing.Count} words equal to those of {prefix}as");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>
    /// Random words of every instruction, and of every alias. Operands that no template shows are zero: they can't come
    /// back.
    /// </summary>
    private static List<(uint Word, int Bytes)> Words(IsaDefinition isa, int seed)
    {
        var random = new Random(seed);
        var words = new List<(uint, int)>();
        var model = isa.Model!;
        foreach (var encoding in model.Encodings)
        {
            if (!encoding.IsReserved)
                Add(encoding, encoding.Template, []);
        }

        foreach (var alias in model.Aliases)
        {
            if (!model.EncodingsByName.TryGetValue(alias.Target, out var encoding))
                continue;
            Add(encoding, alias.Text, alias.Fixed.ToDictionary(
                f => f.Field.Text, f => (long)Lowering.ConstantFolder.Fold(f.Value, model, new DiagnosticBag())!.Value.Value));
        }

        return words;

        void Add(Encoding encoding, string template, Dictionary<string, long> given)
        {
            var found = 0;
            for (var attempt = 0; attempt < 400 && found < WordsEach; attempt++)
            {
                var word = encoding.Value;
                foreach (var operand in encoding.Operands)
                {
                    var isShown = template.Contains(operand.Name, StringComparison.Ordinal);
                    var value = given.TryGetValue(operand.Name, out var known) ? known
                        : isShown ? operand.Extract((uint)random.NextInt64(1L << 32)) : 0;
                    word |= operand.Insert(value);
                }

                if (isa.Decode(word).Definition?.Encoding != encoding)
                    continue;
                words.Add((word, encoding.Bits / 8));
                found++;
            }

            Assert.True(found > 0, $"'{template}': no word was found");
        }
    }

    private static uint Word(IsaDefinition isa, ReadOnlySpan<byte> bytes)
    {
        var word = 0u;
        for (var i = 0; i < bytes.Length; i++)
            word |= (uint)bytes[i] << (8 * (isa.BigEndian ? bytes.Length - 1 - i : i));
        return word;
    }

    private static void Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}

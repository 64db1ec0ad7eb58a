using System.Runtime.CompilerServices;
using ShadowVm.Engine.Translation.Listing;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// The IL that instructions become, word by word, so that a change of the translator shows what it changes.
/// SHADOWVM_GOLDEN=write writes the files anew; the difference is then looked at.
/// </summary>
public class GoldenIlTests
{
    private static readonly Dictionary<string, (string Name, (string, long)[] Fields)[]> Blocks = new()
    {
        ["add"] = [("add", [("rd", 3), ("rs1", 1), ("rs2", 2)])],
        ["addi-to-zero"] = [("addi", [("rd", 0), ("rs1", 1), ("imm", 5)])],
        ["addw"] = [("addw", [("rd", 3), ("rs1", 1), ("rs2", 2)])],
        ["auipc"] = [("auipc", [("rd", 3), ("imm", 0x1000)])],
        ["sra"] = [("sra", [("rd", 3), ("rs1", 1), ("rs2", 2)])],
        ["slt"] = [("slt", [("rd", 3), ("rs1", 1), ("rs2", 2)])],
        ["mul"] = [("mul", [("rd", 3), ("rs1", 1), ("rs2", 2)])],
        ["divw"] = [("divw", [("rd", 3), ("rs1", 1), ("rs2", 2)])],
        ["lh"] = [("lh", [("rd", 3), ("rs1", 1), ("imm", -2)])],
        ["sd"] = [("sd", [("rs1", 1), ("rs2", 2), ("imm", 8)])],
        ["beq"] = [("beq", [("rs1", 1), ("rs2", 2), ("imm", 16)])],
        ["jalr"] = [("jalr", [("rd", 1), ("rs1", 5), ("imm", 0)])],
        ["amoadd"] = [("amoadd.w", [("rd", 3), ("rs1", 1), ("rs2", 2), ("aqrl", 0)])],
        ["loop"] =
        [
            ("addi", [("rd", 1), ("rs1", 1), ("imm", -1)]),
            ("add", [("rd", 2), ("rs1", 2), ("rs2", 1)]),
            ("bne", [("rs1", 1), ("rs2", 0), ("imm", -8)]),
        ],
    };

    public static TheoryData<string> Names() => [.. Blocks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_il_is_as_it_was(string name)
    {
        var isa = Duel.Isa;
        var instructions = Array.ConvertAll(Blocks[name], each => isa.Decode(isa.Encode(each.Name, each.Fields)));
        var bytes = instructions.SelectMany(each => BitConverter.GetBytes(each.Word).AsSpan(0, each.Length).ToArray()).ToArray();
        var block = TranslationListing.OfBlock(isa, 0x8000_0000, bytes);
        var handler = TranslationListing.OfHandler(isa, instructions[0]);
        Assert.NotNull(block);
        Assert.NotNull(handler);
        Assert.Equal(instructions.Length, block.Instructions.Count);
        var text = $"# block\n{block.Il}\n# cold handler of the first instruction\n{handler.Il}";
        var path = Path.Combine(Folder(), name + ".il");
        if (Environment.GetEnvironmentVariable("SHADOWVM_GOLDEN") == "write") File.WriteAllText(path, text);
        Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Golden");
}

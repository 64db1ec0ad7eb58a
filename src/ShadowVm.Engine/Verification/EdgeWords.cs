using ShadowVm.Isa;

namespace ShadowVm.Engine.Verification;

/// <summary>Words of an instruction with the edges of its fields, and plain words that may stand around them.</summary>
internal static class EdgeWords
{
    private static readonly long[] Registers = [0, 1, 2, 3, 8, 9];

    /// <summary>The instruction with each edge of each field, the others at rest, and registers that coincide.</summary>
    public static HashSet<uint> Of(IsaDefinition isa, Instruction instruction, RegisterUse use)
    {
        var ranges = OperandRange.Of(isa, instruction);
        var made = new HashSet<uint>();
        var example = TryExample(isa, instruction);
        Func<string, long>[] rests = [At, name => Math.Max(At(name), 8), _ => 8, _ => 16, _ => 10, _ => 2, _ => 1, _ => 0];
        // What an example has goes with each other at least.
        if (example is { } word && !instruction.IsShortForm) rests = [.. rests, Of(isa.Decode(word))];
        foreach (var rest in rests)
        {
            foreach (var (varied, edges) in ranges)
            {
                var values = use.Read.Contains(varied) || use.Written.Contains(varied) ? Registers : [.. edges, .. Tested(varied)];
                foreach (var value in values)
                {
                    if (OperandRange.Encode(isa, instruction, name => name == varied ? value : rest(name)) is { } edge) made.Add(edge);
                }
            }

            if (OperandRange.Encode(isa, instruction, rest) is { } plain) made.Add(plain);
            if (made.Count > 8 || (ranges.Length == 0 && made.Count > 0)) break;
        }

        if (made.Count == 0 && example is { } only) made.Add(only);
        return made;

        // A number of a control register is no edge of its field: the definition's own tests know some.
        long[] Tested(string field) => instruction.DeclaredClass == InstructionClass.User ? [] : [.. isa.Tests
            .Where(test => test.Instruction == instruction.Name)
            .SelectMany(test => test.Fields).Where(each => each.Name == field).Select(each => (long)each.Value).Distinct()];

        static Func<string, long> Of(DecodedInstruction decoded) =>
            name => decoded.Operands[Array.IndexOf(decoded.Definition!.OperandNames, name)];

        long At(string name) => use.Read.IndexOf(name) is >= 0 and var at ? at + 1 : use.Written.Contains(name) ? 3 : 0;
    }

    /// <summary>
    /// Words of instructions that only compute, on few registers: they write what the word between them reads and read
    /// what it writes.
    /// </summary>
    public static List<uint> Plain(IsaDefinition isa)
    {
        var made = new List<uint>();
        foreach (var instruction in isa.Instructions)
        {
            if (instruction.DeclaredClass != InstructionClass.User || instruction.IsShortForm) continue;
            var use = RegisterUse.Of(isa, instruction);
            if (!use.IsPlain || use.Written.Count == 0) continue;
            for (var first = 1; first <= 3; first++)
            {
                var number = first;
                if (OperandRange.Encode(isa, instruction, _ => number++) is { } word && isa.Decode(word).Definition == instruction)
                    made.Add(word);
            }
        }

        return made;
    }

    private static uint? TryExample(IsaDefinition isa, Instruction instruction)
    {
        try
        {
            return isa.EncodeExample(instruction.Name);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

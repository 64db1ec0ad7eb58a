using ShadowVm.Isa;

namespace ShadowVm.Engine.Verification;

/// <summary>
/// Which values a field takes, found by asking the definition: a power of two, its neighbours and their negatives
/// either encode or don't.
/// </summary>
public static class OperandRange
{
    /// <summary>The fields of an instruction with the edges of each; the other fields at values that encode.</summary>
    public static (string Name, long[] Edges)[] Of(IsaDefinition isa, Instruction instruction)
    {
        var candidates = new SortedSet<long> { 0 };
        for (var bit = 0; bit <= 20; bit++)
        {
            var power = 1L << bit;
            candidates.UnionWith([power, power - 1, power - 2, -power, 1 - power, (power - 1) & ~1, (power - 1) & ~0xfff]);
        }

        candidates.UnionWith([int.MinValue, 0x7fff_f000, -4096, 10, 22]);
        return [.. instruction.FieldNames.Select(name => (name, Edges(name)))];

        long[] Edges(string varied)
        {
            // Some encodings refuse zeros elsewhere, short forms above all.
            foreach (var rest in (long[])[0, 8, 16, 1, 9, 10])
            {
                var edges = candidates
                    .Where(value => Encode(isa, instruction, name => name == varied ? value : rest) is not null).ToArray();
                if (edges.Length > 0) return edges;
            }

            return [];
        }
    }

    /// <summary>The word with these fields, or null where the encoding refuses them.</summary>
    public static uint? Encode(IsaDefinition isa, Instruction instruction, Func<string, long> field)
    {
        try
        {
            return isa.Encode(instruction.Name, [.. instruction.FieldNames.Select(name => (name, field(name)))]);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

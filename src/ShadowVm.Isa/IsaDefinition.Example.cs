using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    /// <summary>Puts an instruction word together, with values of its own choice for operands that aren't given.</summary>
    /// <param name="name">The instruction.</param>
    /// <param name="fields">Values for some of its operands, or for none.</param>
    /// <returns>The word; the same for the same fields.</returns>
    /// <exception cref="ArgumentException">
    /// There is no such instruction or operand, a value doesn't fit, the encoding's condition refuses them, or no
    /// values were found that go with them.
    /// </exception>
    public uint EncodeExample(string name, params (string Field, long Value)[] fields)
    {
        if (Model is null || !Model.EncodingsByName.TryGetValue(name, out var encoding) || encoding.IsReserved)
            throw new ArgumentException($"The definition '{Name}' has no instruction '{name}'.");
        var missing = Array.FindAll(encoding.Operands, o => !Array.Exists(fields, f => f.Field == o.Name));
        if (missing.Length == 0)
            return Encode(name, fields);
        var word = Given(encoding, fields);
        return Complete(encoding, missing, 0, word) ?? throw new ArgumentException(
            $"Give '{name}' values for all of its operands: {string.Join(", ", encoding.Operands.Select(o => o.Name))}.");
    }

    /// <summary>The encoding with some of its operands put in.</summary>
    private static uint Given(Encoding encoding, (string Field, long Value)[] fields)
    {
        var word = encoding.Value;
        foreach (var (field, value) in fields)
        {
            var operand = encoding.Find(field)
                ?? throw new ArgumentException($"The instruction '{encoding.Name}' has no field '{field}'.");
            if (!operand.Fits(value))
                throw new ArgumentException($"The value {value} does not fit the field '{field}' of '{encoding.Name}'.");
            word |= operand.Insert(value);
        }

        return word;
    }

    /// <summary>Different small numbers first, so that registers and constants can be told apart.</summary>
    private uint? Complete(Encoding encoding, Operand[] missing, int index, uint word)
    {
        if (index == missing.Length)
        {
            return DecodeTree.Holds(encoding, encoding.Where, word, Functions) && Decode(word).Definition?.Name == encoding.Name
                ? word
                : null;
        }

        // A choice has few values, and knows them.
        long[] values = missing[index].Choice is { } choice
            ? [.. choice.Rows.ConvertAll(row => (long)row.Bits)]
            : [10 + index, 16, 0x1000, 8, 4, 2, 1, 0];
        foreach (var value in values)
        {
            if (missing[index].Fits(value) && Complete(encoding, missing, index + 1, word | missing[index].Insert(value)) is { } found)
                return found;
        }

        return null;
    }
}

using ShadowVm.Isa.Decoding;

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    private DecodeTree? _tree;

    /// <summary>What was declared; null where a definition was put together without a text.</summary>
    internal Model.DefinitionModel? Model { get; init; }

    /// <summary>Length in bytes of the instruction whose first fetch unit is given.</summary>
    /// <param name="firstUnit">The first unit, zero-extended.</param>
    public int LengthOf(uint firstUnit)
    {
        if (Model is null || !Model.Hooks.TryGetValue("length", out var hook))
            return UnitBytes;
        var bytes = (uint)DecodeTime.Run(Functions, hook.Ir!, firstUnit) / 8;
        // Whatever the hook says, a word is one to four bytes long and holds whole units.
        return bytes is > 0 and <= 4 && bytes % (uint)UnitBytes == 0 ? (int)bytes : UnitBytes;
    }

    /// <summary>Takes a word apart. A word that encodes nothing gives a null definition, never an error.</summary>
    /// <param name="word">The instruction word, zero-extended.</param>
    public DecodedInstruction Decode(uint word)
    {
        var encoding = Model is null ? null : (_tree ??= DecodeTree.Over(Model.Encodings)).Find(word, Functions);
        if (encoding?.Instruction is not { } instruction)
            return new DecodedInstruction(
                null, word, Model is null ? UnitBytes : LengthOf(FirstUnit(word)), InstructionClass.User, []);
        var meaning = encoding.Short?.Target ?? encoding;
        var operands = encoding.Short is { } form
            ? form.Operands(encoding, word, Functional!, Functions) : encoding.Extract(word);
        var chosen = encoding.Class;
        foreach (var (refined, _, condition) in meaning.Refinements)
        {
            if (!DecodeTree.Holds(meaning, condition, operands, word, Functions))
                continue;
            chosen = refined;
            break;
        }

        return new DecodedInstruction(instruction, word, encoding.Bits / 8, chosen, operands);
    }

    private uint FirstUnit(uint word) => UnitBytes >= 4 ? word : word & ((1u << (UnitBytes * 8)) - 1);

    /// <summary>Puts an instruction word together.</summary>
    /// <param name="name">The instruction.</param>
    /// <param name="fields">A value for each of its operands.</param>
    /// <exception cref="ArgumentException">
    /// There is no such instruction or operand, a value doesn't fit or is missing, or the encoding's condition
    /// refuses them.
    /// </exception>
    public uint Encode(string name, params (string Field, long Value)[] fields)
    {
        if (Model is null || !Model.EncodingsByName.TryGetValue(name, out var encoding) || encoding.IsReserved)
            throw new ArgumentException($"The definition '{Name}' has no instruction '{name}'.");
        var word = Given(encoding, fields);
        foreach (var operand in encoding.Operands)
        {
            if (!Array.Exists(fields, f => f.Field == operand.Name))
                throw new ArgumentException($"The field '{operand.Name}' of '{name}' has no value.");
        }

        return DecodeTree.Holds(encoding, encoding.Where, word, Functions)
            ? word
            : throw new ArgumentException($"These fields of '{name}' are excluded: {encoding.WhereText}.");
    }
}

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    /// <summary>Length in bytes of the instruction whose first fetch unit is given.</summary>
    /// <param name="firstUnit">The first unit, zero-extended.</param>
    public int LengthOf(uint firstUnit) => 4;

    /// <summary>Takes a word apart. A word that encodes nothing gives a null definition, never an error.</summary>
    /// <param name="word">The instruction word, zero-extended.</param>
    public DecodedInstruction Decode(uint word) => new(null, word, 4, InstructionClass.User, []);
}

using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <content>
/// Floating point, where the variant has it: operands come from a table of edges as often as from what was computed
/// before, since that soon is nothing but NaNs; flags are cleared and read in between, since they stay set.
/// </content>
internal sealed partial class RandomProgram
{
    private const int Floats = 64;
    private const int TableBytes = (32 + Floats) * 8;
    private const int FloatRegisters = 32;
    private const int Flags = 1;
    private const int Mode = 2;
    private const int FlagsAndMode = 3;

    private static readonly ulong[] Exponents = [0, 1, 2, 1021, 1022, 1023, 1024, 1025, 1053, 1054, 1085, 1086, 2045, 2046, 2047];

    private bool HasSingles => _isa.Registers.Any(file => file.Name == "f");

    private bool HasDoubles => _isa.Registers.Any(file => file is { Name: "f", Width: 64 });

    private string LoadFloat => HasDoubles ? "fld" : "flw";

    private string StoreFloat => HasDoubles ? "fsd" : "fsw";

    /// <summary>The unit is off after a reset. The base register still points at the table.</summary>
    private void LoadFloats()
    {
        if (!HasSingles) return;
        Add("lui", ("rd", 1), ("imm", 0x6000));
        Add("csrrs", ("rd", 0), ("rs1", 1), ("number", 0x300));
        for (var r = 0; r < FloatRegisters; r++) Add(LoadFloat, ("rd", r), ("rs1", Base), ("imm", (32 + r) * 8));
    }

    /// <summary>All of them to the checkpoint, with the flags; then others begin, in another rounding mode.</summary>
    private void CheckFloats()
    {
        if (!HasSingles) return;
        for (var r = 0; r < FloatRegisters; r++) Add(StoreFloat, ("rs1", Area), ("rs2", r), ("imm", r * 8));
        Add("csrrs", ("rd", 1), ("number", FlagsAndMode), ("rs1", 0));
        Add("sw", ("rs1", Area), ("rs2", 1), ("imm", FloatRegisters * 8));
        Add("addi", ("rd", Area), ("rs1", Area), ("imm", (FloatRegisters + 1) * 8));
        Add("csrrwi", ("rd", 0), ("number", Flags), ("uimm", 0));
        Add("csrrwi", ("rd", 0), ("number", Mode), ("uimm", _chance.Below(5)));
    }

    private void AddFloat(Instruction instruction)
    {
        var from = new Dictionary<string, long>();
        foreach (var name in instruction.FieldNames)
        {
            if (name[..2] != "rs" || _chance.Below(2) == 0) continue;
            from[name] = _chance.Below(Registers);
            // Half of a double in the place of a single is no single; a single is boxed by its load.
            var single = !HasDoubles || (instruction.Name.Contains(".s", StringComparison.Ordinal) && _chance.Below(8) != 0);
            var at = _chance.Below(Floats) * 8;
            Add(single ? "flw" : "fld", ("rd", from[name]), ("rs1", Base), ("imm", at - (Floats * 8) + (single ? 4 : 0)));
        }

        var asks = _chance.Below(3) == 0;
        if (asks) Add("csrrwi", ("rd", 0), ("number", Flags), ("uimm", 0));
        AddDrawn(instruction, operand => from.TryGetValue(operand, out var register) ? register : Operand(operand, instruction));
        if (asks) Add("csrrs", ("rd", 1 + _chance.Below(Registers - 1)), ("number", Flags), ("rs1", 0));
    }

    /// <summary>A double whose upper half is a single of the same kind.</summary>
    private ulong FloatValue()
    {
        if (_chance.Below(4) == 0) return _chance.Value();
        var (isSingle, bits) = (_chance.Below(2) == 0, 0UL);
        var width = isSingle ? 23 : 52;
        var ones = (1UL << width) - 1;
        var fraction = _chance.Below(6) switch
        {
            0 => 0UL,
            1 => 1UL,
            2 => ones,
            3 => 1UL << (width - 1),
            4 => 1UL << _chance.Below(width),
            _ => _chance.Next() & ones,
        };
        var exponent = Exponents[_chance.Below(Exponents.Length)];
        if (isSingle) exponent = exponent is >= 1000 and < 1100 ? exponent - 1023 + 127 : exponent & 0xff;
        bits = ((ulong)_chance.Below(2) << (isSingle ? 8 : 11) | exponent) << width | fraction;
        return isSingle ? bits << 32 | (uint)_chance.Next() : bits;
    }
}

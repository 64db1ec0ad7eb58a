using System.Buffers.Binary;
using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <content>Floating point: no operation traps, as none is enabled to.</content>
internal sealed partial class MipsProgram
{
    private const int Floats = 32;
    private const int FloatTable = 32 * 8; // behind the integers
    private const int ControlAndStatus = 31;

    private static readonly uint[] Singles =
    [
        0, 0x8000_0000, 1, 0x0080_0000, 0x807f_ffff, 0x3f80_0000, 0xbf80_0000, 0x3f00_0000, 0x3fc0_0000, 0xc020_0000, 0x4b00_0001,
        0x4eff_ffff, 0x4f00_0000, 0xcf00_0000, 0x7f7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fbf_ffff, 0x7fc0_0000, 0xffff_ffff, 0x3eaa_aaab,
    ];

    private static readonly ulong[] Doubles =
    [
        0, 1UL << 63, 1, 0x0010_0000_0000_0000, 0x3ff0_0000_0000_0000, 0xbff8_0000_0000_0000, 0x3fe0_0000_0000_0000,
        0x4330_0000_0000_0001, 0x41df_ffff_ffc0_0000, 0x41e0_0000_0000_0000, 0xc1e0_0000_0000_0000, 0xc1e0_0000_0020_0000,
        0x7fef_ffff_ffff_ffff, 0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000, 0x7ff7_ffff_ffff_ffff, 0x7ff8_0000_0000_0000,
        0x36a0_0000_0000_0000, 0x380f_ffff_e000_0000, 0x47ef_ffff_e000_0000, 0x47ef_ffff_f000_0000, 0x3fd5_5555_5555_5555,
    ];

    private void LoadFloats()
    {
        for (var i = 0; i < Floats; i++)
        {
            var word = Table.AsSpan(FloatTable + (4 * i));
            BinaryPrimitives.WriteUInt32BigEndian(word, Chance.Below(2) == 0 ? OneOf(Singles) : (uint)Chance.Next());
            Add("lwc1", ("ft", i), ("rs", Base), ("imm", FloatTable + (4 * i)));
        }

        Add("ctc1", ("rt", Zero), ("fs", ControlAndStatus));
    }

    private void StoreFloats(int place)
    {
        for (var i = 0; i < Floats; i++) Add("swc1", ("ft", i), ("rs", Area), ("imm", 4 * (place + i)));
        Add("cfc1", ("rt", 1), ("fs", ControlAndStatus));
        Add("sw", ("rt", 1), ("rs", Area), ("imm", 4 * (place + Floats)));
    }

    private void AddFloat(Instruction instruction)
    {
        var name = instruction.Name;
        if (name == "ctc1")
        {
            // Flags, rounding and condition codes; nothing that traps.
            var (value, isWhole) = (OneOf(Own), Chance.Below(3) > 0);
            Add("lui", ("rt", value), ("uimm", isWhole ? Chance.Below(0x10000) & 0xfe80 : 0));
            Add("ori", ("rt", value), ("rs", value), ("uimm", Chance.Below(0x80)));
            Add("ctc1", ("rt", value), ("fs", isWhole ? ControlAndStatus : 25));
            return;
        }

        var isIndexed = name.EndsWith("xc1", StringComparison.Ordinal);
        var isSingle = name is "lwc1" or "swc1" or "mfc1" or "mtc1" or "lwxc1" or "swxc1"
            || (name.EndsWith(".s", StringComparison.Ordinal) && !name.StartsWith("cvt.d", StringComparison.Ordinal));
        var step = name[1] is 'd' && name.EndsWith("c1", StringComparison.Ordinal) ? 8 : 4;
        var index = OneOf(Own);
        if (isIndexed) Add("addiu", ("rt", index), ("rs", Zero), ("imm", Chance.Below(ScratchBytes / step) * step));
        var fields = Array.ConvertAll(instruction.FieldNames, field => (field, Value: field switch
        {
            "fs" when name == "cfc1" => OneOf([25, 26, 28, ControlAndStatus]),
            "fs" or "ft" or "fd" or "fr" => isSingle ? Chance.Below(Floats) : Chance.Below(Floats / 2) * 2,
            "rs" when step == 8 || name.EndsWith("c1", StringComparison.Ordinal) => Base,
            "rt" when isIndexed => (long)index,
            "imm" => Chance.Below(ScratchBytes / step) * step,
            "cc" => Chance.Below(8),
            _ => OneOf(Own),
        }));
        var operands = fields.Where(each => each.field is "fs" or "ft").Select(each => (int)each.Value);
        if (!isIndexed && step == 4 && name != "cfc1") Refresh(operands);
        Add(name, fields);
    }

    /// <summary>Edges into some of the operands: what operations leave is of one kind after a while.</summary>
    private void Refresh(IEnumerable<int> registers)
    {
        foreach (var register in registers)
        {
            if (Chance.Below(2) == 0) continue;
            var through = OneOf(Own);
            var isSingle = register % 2 == 1 || Chance.Below(2) == 0;
            var bits = isSingle ? OneOf(Singles) : OneOf(Doubles);
            Constant(through, (uint)bits, register);
            if (!isSingle) Constant(through, (uint)(bits >> 32), register + 1);
        }
    }

    private void Constant(int through, uint bits, int register)
    {
        Address(through, bits);
        Add("mtc1", ("rt", through), ("fs", register));
    }
}

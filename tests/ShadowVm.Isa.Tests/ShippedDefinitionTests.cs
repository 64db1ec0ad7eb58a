namespace ShadowVm.Isa.Tests;

public class ShippedDefinitionTests
{
    private static readonly IsaSource Source = Toy.Shipped("riscv");
    private static readonly IsaDefinition Wide = IsaDefinition.Load(Source);
    private static readonly IsaDefinition Narrow = IsaDefinition.Load(Source, IsaDefinition.Variants(Source)[1]);

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var name in new IsaLibrary(null, null, AppContext.BaseDirectory, AppContext.BaseDirectory).Names())
            names.Add(name);
        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_definition_is_without_findings(string name) =>
        Assert.Empty(IsaDefinition.Check(Toy.Shipped(name)));

    [Fact]
    public void Variants_have_full_names()
    {
        Assert.Equal([Wide.Variant, Narrow.Variant], IsaDefinition.Variants(Source));
        Assert.StartsWith("rv64ima", Wide.Variant);
        Assert.EndsWith("_zicsr_zifencei_zba_zbb_zbs_zicond_zcb", Wide.Variant);
        Assert.Equal("rv32" + Wide.Variant[4..], Narrow.Variant);
        Assert.Equal("rv64imacfd_zicsr_zifencei", IsaDefinition.Load(Source, "rv64gc").Variant);
        Assert.Equal("rv64i_zicsr", IsaDefinition.Load(Source, "RV64_zicsr").Variant);
        Assert.Equal("rv32im", IsaDefinition.Load(Source, "rv32im").Variant);
        foreach (var wrong in new[] { "rv64gq", "rv128i", "arm", "rv64im_zfoo", "rv" })
            Assert.Throws<IsaException>(() => IsaDefinition.Load(Source, wrong));
    }

    [Fact]
    public void The_seam_says_what_the_manual_says()
    {
        Assert.Equal(
            (2, false, 64, 243, 64),
            (Wide.UnitBytes, Wide.BigEndian, Wide.AddressBits, Wide.ElfMachine, Wide.ElfClass));
        Assert.Equal(
            (2, false, 32, 243, 32),
            (Narrow.UnitBytes, Narrow.BigEndian, Narrow.AddressBits, Narrow.ElfMachine, Narrow.ElfClass));
        var x = Wide.Registers.Single(r => r.Name == "x");
        Assert.Equal((64, 32, 0), (x.Width, x.Count, x.Zero));
        Assert.Equal(
            ["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2",
            "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
            "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"],
            x.ElementNames);
        Assert.Equal(3UL, Wide.Registers.Single(r => r.Name == "mode").Reset);
        Assert.Equal("pc", Wide.Registers.Single(r => r.FirstSlot == Wide.PcSlot).Name);
        Assert.Equal(Wide.SlotCount, Wide.Registers.Sum(r => r.Count));
        Assert.NotEmpty(Wide.Tests);
    }

    [Fact]
    public void Every_instruction_survives_encode_decode_and_disassemble()
    {
        foreach (var definition in new[] { Wide, Narrow })
        {
            var random = new Random(1);
            foreach (var instruction in definition.Instructions)
            {
                for (var round = 0; round < 40; round++)
                {
                    var fields = Array.ConvertAll(
                        instruction.FieldNames, name => (name, Pick(instruction, name, random)));
                    uint word;
                    try
                    {
                        word = definition.Encode(instruction.Name, fields);
                    }
                    catch (ArgumentException) when (instruction.Encoding!.Where is not null)
                    {
                        continue;
                    }

                    var decoded = definition.Decode(word);
                    Assert.Same(instruction, decoded.Definition);
                    Assert.Equal(instruction.OperandNames.Length, decoded.Operands.Length);
                    if (instruction.Encoding!.Short is null)
                        Assert.Equal(Array.ConvertAll(fields, f => f.Item2), decoded.Operands);
                    Assert.Equal(instruction.Encoding.Bits / 8, decoded.Length);
                    var text = definition.Disassemble(decoded, 0x1000);
                    Assert.DoesNotContain('{', text);
                    Assert.False(text.StartsWith('.'), text);
                }

                Assert.NotNull(instruction.Body);
                Assert.Contains("meaning", definition.Describe(instruction.Name), StringComparison.Ordinal);
            }
        }
    }

    /// <summary>A value that the field holds: what it would be in a random word.</summary>
    private static long Pick(Instruction instruction, string name, Random random) =>
        instruction.Encoding!.Find(name)!.Extract((uint)random.NextInt64(1L << 32));

    [Fact]
    public void Every_word_is_decoded_the_same_by_the_tree_and_by_trying_all()
    {
        var random = new Random(2);
        foreach (var definition in new[] { Wide, Narrow })
        {
            for (var i = 0; i < 100_000; i++)
            {
                var pattern = definition.Model!.Encodings[random.Next(definition.Model.Encodings.Count)];
                var word = (uint)random.NextInt64(1L << 32);
                if (i % 4 != 0)
                    word = word & ~pattern.Mask | pattern.Value;
                if (i % 4 == 2)
                    word ^= 1u << random.Next(32);
                if (definition.LengthOf(word & 0xffff) == 2)
                    word &= 0xffff;
                var expected = definition.Model.Encodings.Where(e => (word & e.Mask) == e.Value
                    && Decoding.DecodeTree.Holds(e, e.Where, word, definition.Functions)).ToList();
                Assert.True(expected.Count <= 1);
                Assert.Same(expected.FirstOrDefault()?.Instruction, definition.Decode(word).Definition);
            }
        }
    }

    [Theory]
    [InlineData(0xffffffff)]
    [InlineData(0x00001073)]
    [InlineData(0x10300073)]
    [InlineData(0x0000707f)]
    public void Words_that_encode_nothing_have_no_definition(uint word)
    {
        if (word == 0x00001073)
            word = 0x00004073;
        var decoded = Wide.Decode(word);
        Assert.Null(decoded.Definition);
        Assert.Equal(4, decoded.Length);
        Assert.Equal($".4byte 0x{word:x8}", Wide.Disassemble(decoded, 0));
    }

    /// <summary>The manual's list, over all words of 16 bits: reserved ones, custom ones and what the variant lacks.</summary>
    [Fact]
    public void Short_words_that_encode_nothing_are_those_of_the_manual()
    {
        string[] variants = ["rv64gc_zba_zbb_zcb", "rv32gc_zba_zbb_zcb", "rv64imac_zicsr", "rv32imac_zicsr"];
        foreach (var (isWide, hasAll, name) in variants.Select((v, i) => (i % 2 == 0, i < 2, v)))
        {
            var definition = IsaDefinition.Load(Source, name);
            for (var word = 0u; word <= 0xffff; word++)
            {
                Assert.Equal((word & 3) == 3 ? 4 : 2, definition.LengthOf(word));
                if ((word & 3) == 3)
                    continue;
                var decoded = definition.Decode(word);
                Assert.Equal(2, decoded.Length);
                Assert.True(IsShort(word, isWide, hasAll) == decoded.Definition is not null, $"{name} {word:x4}");
            }
        }
    }

    private static bool IsShort(uint word, bool isWide, bool hasAll)
    {
        var (rd, rs2) = (word >> 7 & 31, word >> 2 & 31);
        var high = (word >> 12 & 1) != 0;
        return (word & 3, word >> 13) switch
        {
            (0, 0) => (word & 0x1fe0) != 0,
            (0, 2 or 6) => true,
            (0, 1 or 5) => hasAll,
            (0, 3 or 7) => isWide || hasAll,
            (0, 4) => (word >> 10 & 7) switch
            {
                <= 2 => hasAll,
                3 => hasAll && (word & 0x40) == 0,
                _ => false,
            },
            (0, _) => false,
            (1, 1) => !isWide || rd != 0,
            (1, 3) => high || rs2 != 0,
            (1, 4) => (word >> 10 & 3) switch
            {
                0 or 1 => isWide || !high,
                2 => true,
                _ => !high || (word >> 5 & 3) switch
                {
                    0 or 1 => isWide,
                    _ when !hasAll => false,
                    2 => true,
                    _ => rs2 % 8 is <= 3 or 5 || isWide && rs2 % 8 == 4,
                },
            },
            (1, _) => true,
            (2, 0) => isWide || !high,
            (2, 2) => rd != 0,
            (2, 1 or 5) => hasAll,
            (2, 3) => isWide ? rd != 0 : hasAll,
            (2, 4) => rs2 != 0 || rd != 0 || high,
            (2, 6) => true,
            (2, 7) => isWide || hasAll,
            _ => false,
        };
    }

    /// <summary>As GNU objdump prints them without aliases, but for blanks.</summary>
    [Theory]
    [InlineData(0x0000, ".2byte 0x0000")]
    [InlineData(0x0001, "c.nop")]
    [InlineData(0x1101, "c.addi sp, -32")]
    [InlineData(0x7139, "c.addi16sp sp, -64")]
    [InlineData(0x0808, "c.addi4spn a0, sp, 16")]
    [InlineData(0x557d, "c.li a0, -1")]
    [InlineData(0x67c1, "c.lui a5, 0x10")]
    [InlineData(0x77fd, "c.lui a5, 0xfffff")]
    [InlineData(0x0542, "c.slli a0, 0x10")]
    [InlineData(0x9141, "c.srli a0, 0x30")]
    [InlineData(0x8a85, "c.andi a3, 1")]
    [InlineData(0x852e, "c.mv a0, a1")]
    [InlineData(0x9d2d, "c.addw a0, a1")]
    [InlineData(0x4188, "c.lw a0, 0(a1)")]
    [InlineData(0xe426, "c.sdsp s1, 8(sp)")]
    [InlineData(0xa001, "c.j 0x1000")]
    [InlineData(0xdd75, "c.beqz a0, 0xffc")]
    [InlineData(0x8082, "c.jr ra")]
    [InlineData(0x9782, "c.jalr a5")]
    [InlineData(0x9002, "c.ebreak")]
    public void Short_words_print_as_the_assembler_writes_them(uint word, string expected) =>
        Assert.Equal(expected, Wide.Disassemble(Wide.Decode(word), 0x1000));

    [Fact]
    public void Every_variant_has_bodies_without_errors()
    {
        foreach (var name in new[] { "rv32i", "rv64i", "rv32im", "rv64ia", "rv32ic_zicsr", "rv64imc", "rv32ima_zicsr" })
        {
            var definition = IsaDefinition.Load(Source, name);
            Assert.Equal(name, definition.Variant);
            Assert.Equal(name.Contains('c') && name != "rv32ima_zicsr" ? 2 : 4, definition.UnitBytes);
            foreach (var instruction in definition.Instructions)
                Assert.NotNull(instruction.Body);
        }
    }

    [Fact]
    public void Words_of_the_wide_machine_are_illegal_in_the_narrow_one()
    {
        Assert.NotNull(Wide.Decode(0x03f51513).Definition);
        Assert.Null(Narrow.Decode(0x03f51513).Definition);
        Assert.Null(Narrow.Decode(0x00b50533 | 8).Definition);
    }

    [Theory]
    [InlineData("csrrw", InstructionClass.Kernel)]
    [InlineData("mret", InstructionClass.Kernel)]
    [InlineData("wfi", InstructionClass.Kernel)]
    [InlineData("fence.i", InstructionClass.Kernel)]
    [InlineData("fence", InstructionClass.User)]
    [InlineData("ecall", InstructionClass.User)]
    [InlineData("lw", InstructionClass.User)]
    public void Classes_are_those_of_the_text(string name, InstructionClass expected) =>
        Assert.Equal(expected, Wide.Instructions.Single(i => i.Name == name).DeclaredClass);

    /// <summary>As GNU objdump prints them, but for the names of immediate forms, which it shortens.</summary>
    [Theory]
    [InlineData(0x0, 0x12345537, "lui a0, 0x12345")]
    [InlineData(0x4, 0xfffff297, "auipc t0, 0xfffff")]
    [InlineData(0x8, 0x001000ef, "jal 0x808")]
    [InlineData(0xc, 0xffdff06f, "j 0x8")]
    [InlineData(0x10, 0x008500e7, "jalr 8(a0)")]
    [InlineData(0x14, 0x00008067, "ret")]
    [InlineData(0x18, 0x00030067, "jr t1")]
    [InlineData(0x1c, 0x00b50863, "beq a0, a1, 0x2c")]
    [InlineData(0x20, 0xfc0410e3, "bnez s0, 0xffffffffffffffe0")]
    [InlineData(0x24, 0x7fde6fe3, "bltu t3, t4, 0x1022")]
    [InlineData(0x28, 0xfff10503, "lb a0, -1(sp)")]
    [InlineData(0x2c, 0x7ff1bd83, "ld s11, 2047(gp)")]
    [InlineData(0x30, 0x0007e783, "lwu a5, 0(a5)")]
    [InlineData(0x34, 0x00113423, "sd ra, 8(sp)")]
    [InlineData(0x38, 0x800f8023, "sb zero, -2048(t6)")]
    [InlineData(0x3c, 0xfe010113, "addi sp, sp, -32")]
    [InlineData(0x40, 0xfff00513, "li a0, -1")]
    [InlineData(0x44, 0x00060593, "mv a1, a2")]
    [InlineData(0x48, 0x00000013, "nop")]
    [InlineData(0x4c, 0xfff5c513, "not a0, a1")]
    [InlineData(0x50, 0xffb5b513, "sltiu a0, a1, -5")]
    [InlineData(0x54, 0x03f51513, "slli a0, a0, 0x3f")]
    [InlineData(0x58, 0x40155513, "srai a0, a0, 0x1")]
    [InlineData(0x5c, 0xff95851b, "addiw a0, a1, -7")]
    [InlineData(0x60, 0x0005051b, "sext.w a0, a0")]
    [InlineData(0x64, 0x41fe539b, "sraiw t2, t3, 0x1f")]
    [InlineData(0x68, 0x40c58533, "sub a0, a1, a2")]
    [InlineData(0x6c, 0x40b00533, "neg a0, a1")]
    [InlineData(0x70, 0x0349a933, "mulhsu s2, s3, s4")]
    [InlineData(0x74, 0x02c5f53b, "remuw a0, a1, a2")]
    [InlineData(0x78, 0x0ff0000f, "fence")]
    [InlineData(0x7c, 0x0310000f, "fence rw, w")]
    [InlineData(0x80, 0x0000100f, "fence.i")]
    [InlineData(0x84, 0x00000073, "ecall")]
    [InlineData(0x88, 0x00100073, "ebreak")]
    [InlineData(0x8c, 0x30200073, "mret")]
    [InlineData(0x90, 0x10500073, "wfi")]
    [InlineData(0x94, 0xf1402573, "csrr a0, mhartid")]
    [InlineData(0x98, 0x30529073, "csrw mtvec, t0")]
    [InlineData(0x9c, 0x3005b573, "csrrc a0, mstatus, a1")]
    [InlineData(0xa0, 0x340fd073, "csrwi mscratch, 31")]
    [InlineData(0xa4, 0xc0102573, "rdtime a0")]
    [InlineData(0xa8, 0x140525af, "lr.w.aq a1, (a0)")]
    [InlineData(0xac, 0x1ae5352f, "sc.d.rl a0, a4, (a0)")]
    [InlineData(0xb0, 0x0ec525af, "amoswap.w.aqrl a1, a2, (a0)")]
    [InlineData(0xb4, 0xe0c5302f, "amomaxu.d zero, a2, (a0)")]
    public void Words_print_as_the_assembler_writes_them(ulong pc, uint word, string expected) =>
        Assert.Equal(expected, Wide.Disassemble(Wide.Decode(word), pc));

    [Fact]
    public void The_hash_covers_names_and_bytes()
    {
        var same = new IsaSource("riscv", Source.Files.Reverse());
        Assert.Equal(Source.Hash, same.Hash);
        var renamed = Source.Files.Select((f, i) => i == 0 ? ("other.isa", f.Bytes) : f);
        Assert.NotEqual(Source.Hash, new IsaSource("riscv", renamed).Hash);
        Assert.Equal(Source.Hash, Wide.Hash);
    }

    [Fact]
    public void An_elf_header_finds_definition_and_variant()
    {
        var library = new IsaLibrary(null, null, AppContext.BaseDirectory, AppContext.BaseDirectory);
        Assert.Equal(Narrow.Variant, library.FindByElf(243, 32, bigEndian: false)!.Variant);
        Assert.Equal(Wide.Variant, library.FindByElf(243, 64, bigEndian: false)!.Variant);
        Assert.Equal("alpha_bwx_fix_cix", library.FindByElf(0x9026, 64, bigEndian: false)!.Variant);
        Assert.Equal("mips32", library.FindByElf(8, 32, bigEndian: true)!.Variant);
        Assert.Equal("mips32el", library.FindByElf(8, 32, bigEndian: false)!.Variant);
        Assert.Null(library.FindByElf(243, 64, bigEndian: true));
        Assert.Null(library.FindByElf(62, 64, bigEndian: false));
    }
}

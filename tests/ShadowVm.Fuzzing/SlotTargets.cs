using System.Buffers.Binary;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Fuzzing;

/// <summary>
/// Guests with delay slots that do anything, in both byte orders: branches in slots, to slots, at the ends of pages and of
/// RAM, over code that is rewritten. They end in guest traps, and the same on every tier.
/// </summary>
public class SlotTargets
{
    private const ulong Ram = 0x8000_0000;
    private const int RamBytes = 64 << 10;
    private const int Epochs = 100;

    private static readonly IsaSource Source = IsaSource.FromFolder(Path.Combine(Checkout.Root, "isa", "mips"));

    private static readonly (IsaDefinition Isa, byte[] Image)[] Guests =
        [.. new[] { "mips", "mipsel" }.Select(order => (
            IsaDefinition.Load(Source, order == "mips" ? "mips32" : "mips32el"),
            Checkout.Read("tests", "Guests", "mips", "bin", $"board-{order}.elf")))];

    private static readonly MachineDescription Board =
        MachineDescription.Parse("mips.machine", Checkout.Read("isa", "machines", "mips.machine"));

    private static readonly EngineSettings[] Engines =
    [
        new EngineSettings { Tier = Tier.Cold, WarmUp = 0 },
        new EngineSettings { WarmUp = 0, HotAfter = 1, Background = false, BlockInstructions = 16 },
        new EngineSettings { WarmUp = 50, HotAfter = 3 },
    ];

    private static readonly ulong[] Edges =
        [0, 4, Ram - 4, Ram, Ram + 0x400, Ram + 0xffc, Ram + RamBytes - 8, Ram + RamBytes - 4, Ram + RamBytes, 0xffff_fffc, 0x7fff_ffff];

    [Fact]
    public void RandomWordsInSlots() => Fuzz.Run(nameof(RandomWordsInSlots), 30, chance =>
    {
        var (seed, guest) = (chance.Next(), Guests[chance.Below(Guests.Length)]);
        var expected = Live(guest, new Chance(seed), new EngineSettings { Tier = Tier.Reference });
        foreach (var engine in Engines) Assert.Equal((engine, expected), (engine, Live(guest, new Chance(seed), engine)));
    });

    private static (UInt128 Digest, ulong Retired) Live((IsaDefinition Isa, byte[] Image) guest, Chance chance, EngineSettings engine)
    {
        var isa = guest.Isa;
        var settings = new VirtualMachineSettings { EpochLength = 1 + chance.Below(300), MemoryBytes = RamBytes, Engine = engine };
        using var machine = new VirtualMachine(isa, Board, guest.Image, settings);
        var first = chance.Below(2) == 0 ? 0UL : 0x1000; // with the guest's own handler, or with anything there as well
        for (var at = Ram + first; at < Ram + RamBytes; at += 4)
        {
            var word = (uint)chance.Next();
            if (chance.Below(8) != 0)
            {
                var instruction = isa.Instructions[chance.Below(isa.Instructions.Count)];
                var plain = isa.Encode(instruction.Name, [.. instruction.FieldNames.Select(name => (name, 0L))]);
                // Short ways, so that it comes back to where it was.
                word = plain ^ (word & (chance.Below(2) == 0 ? 0x03ff_ffc0u : 0x03ff_001fu));
            }

            machine.Memory.TryWrite(at, 4, isa.BigEndian ? BinaryPrimitives.ReverseEndianness(word) : word);
        }

        var r = isa.Registers.First(file => file.Zero == 0);
        for (var i = 1; i < r.Count; i++)
        {
            machine.Cpu[r.FirstSlot + i] = (uint)(Edges[chance.Below(Edges.Length)] + (ulong)(4 * chance.Below(9)));
        }

        machine.BeginEpoch([], InstructionClock.First);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            machine.RunEpoch();
            if (machine.ExitCode is not null) break;
            machine.BeginEpoch([], InstructionClock.Next(machine, inputArrives: false));
        }

        return (machine.Digest(), machine.Retired);
    }
}

using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Machine;
using ShadowVm.Machine.Channel;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Fuzzing;

/// <summary>Guests that do anything: they end in guest traps, never in a host exception, and the same on every tier.</summary>
public class GuestTargets
{
    private const ulong Ram = 0x8000_0000;
    private const int Epochs = 200;

    private static readonly IsaDefinition Isa = IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Checkout.Root, "isa", "riscv")));

    private static readonly Instruction[] Whole =
        [.. Isa.Instructions.Where(instruction => !instruction.IsShortForm)];

    private static readonly MachineDescription Virt =
        MachineDescription.Parse("virt.machine", Checkout.Read("isa", "machines", "virt.machine"));

    private static readonly byte[] Hello = Checkout.Read("tests", "Guests", "bin", "hello.elf");

    private static readonly EngineSettings[] Engines =
    [
        new EngineSettings { Tier = Tier.Cold, WarmUp = 0 },
        new EngineSettings { WarmUp = 0, HotAfter = 1, Background = false, BlockInstructions = 16 },
        new EngineSettings { WarmUp = 50, HotAfter = 3 },
    ];

    // Where an access or a jump is most likely to go wrong: the edges of RAM, of 32 bits and of the address space.
    private static readonly ulong[] Edges =
        [0, 1, Ram - 4, Ram, Ram + 0xffc, Ram + (1 << 20) - 4, Ram + (1 << 20), 0xffff_fffc, 1UL << 32, 1UL << 63, ulong.MaxValue - 3];

    [Fact]
    public void RandomWords() => Fuzz.Run(nameof(RandomWords), 60, chance =>
    {
        var seed = chance.Next();
        var expected = Live(new Chance(seed), new EngineSettings { Tier = Tier.Reference });
        foreach (var engine in Engines) Assert.Equal((engine, expected), (engine, Live(new Chance(seed), engine)));
    });

    [Fact]
    public void DeviceRegisters() => Fuzz.Run(nameof(DeviceRegisters), 100, chance =>
    {
        var host = new Host();
        var bus = new Bus(Virt, host);
        for (var i = 0; i < 3000; i++)
        {
            var device = Virt.Devices[chance.Below(Virt.Devices.Count)];
            // The channel's registers are the ones with a protocol behind them.
            var offset = chance.Below(3) == 0 ? chance.Next() % device.Size : (ulong)(4 * chance.Below(24));
            var bytes = 1 << chance.Below(4);
            var value = chance.Below(3) == 0 ? chance.Next() : (ulong)chance.Below(8);
            if (chance.Below(2) == 0) bus.TryRead(device.Start + offset, bytes, out _);
            else bus.TryWrite(device.Start + offset, bytes, chance.Below(6) == 0 ? Ram + value : value);
            if (chance.Below(10) == 0) Deliver(bus, host, chance);
        }

        var writer = new StateWriter();
        bus.Save(writer);
        Assert.True(writer.Length < 200_000, $"the devices' state grew to {writer.Length} bytes");
    });

    private static UInt128 Live(Chance chance, EngineSettings engine)
    {
        var settings = new VirtualMachineSettings { EpochLength = 1 + chance.Below(500), MemoryBytes = 1 << 20, Engine = engine };
        using var machine = new VirtualMachine(Isa, Virt, Hello, settings);
        for (var at = Ram; at < Ram + (64 << 10); at += 4)
        {
            // Random words are mostly short or illegal; whole instructions of the definition with random fields go further.
            var instruction = Whole[chance.Below(Whole.Length)];
            var word = (uint)chance.Next();
            if (chance.Below(4) != 0) word = (word & ~0x7fu) | (Opcode(instruction) & 0x7f);
            machine.Memory.TryWrite(at, 4, word);
        }

        var x = Isa.Registers.First(file => file.Zero == 0);
        for (var i = 1; i < x.Count; i++) machine.Cpu[x.FirstSlot + i] = Edges[chance.Below(Edges.Length)] + (ulong)chance.Below(9);
        machine.BeginEpoch([], InstructionClock.First);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            machine.RunEpoch();
            if (machine.ExitCode is not null) break;
            machine.BeginEpoch([], InstructionClock.Next(machine, inputArrives: false));
        }

        return machine.Digest();
    }

    private static uint Opcode(Instruction instruction) =>
        Isa.Encode(instruction.Name, [.. instruction.OperandNames.Select(name => (name, 0L))]);

    private static void Deliver(Bus bus, Host host, Chance chance)
    {
        var connection = (uint)chance.Below(6);
        var reply = chance.Below(4) switch
        {
            0 => ChannelReply.Disconnected(connection),
            1 => ChannelReply.Connected(connection, 1000),
            _ => ChannelReply.Completed(
                connection, (uint)chance.Below(8), (OperationStatus)chance.Below(5), new byte[512 * chance.Below(3)]),
        };
        bus.Deliver(reply.ToInput((ushort)chance.Below(6)));
        bus.EndEpoch();
        bus.AtBoundary(host.Time += 1000);
    }

    private sealed class Host : IDeviceHost
    {
        public ulong Time { get; set; }

        public Engine.Memory.GuestMemory Memory { get; } = new(Ram, 1 << 20);

        public void Emit(ushort device, byte kind, bool bound, byte[] data) => Assert.True(data.Length <= 128 * 1024);

        public void Exit(int code) => Assert.InRange(code, 0, 65535);
    }
}

using System.Text;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Tests.World;

/// <summary>
/// A processor with a definition made for these tests: each instruction is there for one question. RAM lies at
/// <see cref="Ram"/>, code at its start, the handler where r14 points.
/// </summary>
internal sealed class Toy : IDisposable
{
    public const ulong Ram = 0x40000;

    private const string Text = """
        language 1
        isa toy "a machine for tests of the engine"
            unit 32
            endian little
        register pc : 64
        register r[16] : 64  zero 0
        register epc : 64
        register reason : 64
        register bad_address : 64
        register rings : 64
        enum cause : 4 { asked=1 unknown=2 fetching=3 reading=4 writing=5 crooked=6 }
        space outer[n : 4] : 64
            absent raise unknown(word)
        space inner[n : 4] : 64
            absent order all
        control first at outer 1 : 64
            on write { inner.write(1, first + 1) }
        control second at inner 1 : 64
            on write { third = second + 1 }
        control third at inner 2 : 64
        format Three  op:8 a:4 b:4 c:4 imm:12
        operand imm signed
        abi bare
            elf class 64 machine 9999 data little

        hook trap(cause : 64, value : 64)
            epc = pc
            reason = cause
            bad_address = value
            enter r[14]
        hook illegal()
            raise unknown(word)
        hook fault(access : 2, address : 64)
            match access {
                0 => raise fetching(address)
                1 => raise reading(address)
                else => raise writing(address)
            }
        hook misaligned(access : 2, address : 64)
            raise crooked(address)
        hook interrupt() -> 64
            if external()[0] { return 9 }
            return none
        hook awake() -> 1
            return 1

        user addi   Three op=00000001  "addi"
            r[a] = r[b] + imm
        user swap   Three op=00000010  "swap"
            r[a] = r[b]
            r[b] = r[a]
        user twice  Three op=00000011  "twice"
            r[a] = 1
            r[a] = r[a] + imm
        user goto   Three op=00000100  "goto"
            goto r[a] + imm
        user ask    Three op=00000101  "ask"
            r[a] = 99
            raise asked(r[b])
        user late   Three op=00000110  "late"
            r[a] = 99
            r[c] = load.64(r[b] + imm)
        kernel kern  Three op=00001000  "kern"
            r[a] = r[a] + 1
        drain drn   Three op=00001001  "drn"
            r[a] = r[a] + 1
        kernel hold  Three op=00001010  "hold"
            wait
        kernel kask  Three op=00001011  "kask"
            raise asked(r[b])
        kernel set  Three op=00001101  "set"
            outer.write(c, r[b])
            r[a] = first
        user count  Three op=00001100  "count"
            r[a] = retired()
            r[b] = time()
        each name    op        access
           | ld8     00010000  load.8.any
           | ld16    00010001  load.16.any
           | ld32    00010010  load.32.any
           | ld64    00010011  load.64.any
           | al8     00010100  load.8.aligned
           | al16    00010101  load.16.aligned
           | al32    00010110  load.32.aligned
           | al64    00010111  load.64.aligned
        user $name  Three op=$op  "$name"
            r[a] = zx($access(r[b] + imm))
        each name    op        bits  access
           | st8     00011000  8     store.8.any
           | st16    00011001  16    store.16.any
           | st32    00011010  32    store.32.any
           | st64    00011011  64    store.64.any
           | as8     00011100  8     store.8.aligned
           | as16    00011101  16    store.16.aligned
           | as32    00011110  32    store.32.aligned
           | as64    00011111  64    store.64.aligned
        user $name  Three op=$op  "$name"
            $access(r[b] + imm, r[a][$bits-1:0])

        """;

    private readonly RegisterFile _r;

    public Toy(params uint[] code)
    {
        Cpu = new CpuState(Isa.SlotCount);
        Memory = new GuestMemory(Ram, 2 * GuestMemory.PageBytes);
        Bus = new FakeBus();
        Engine = new ReferenceInterpreter(Isa, Cpu, Memory, Bus, Clock);
        _r = Isa.Registers.Single(file => file.Name == "r");
        for (var i = 0; i < code.Length; i++) Assert.True(Memory.TryWrite(Ram + (4 * (ulong)i), 4, code[i]));
        Cpu[Isa.PcSlot] = Ram;
        Memory.ClearDirty();
    }

    public static IsaSource Source { get; } = new("toy", [("toy.isa", Encoding.UTF8.GetBytes(Text))]);

    public static IsaDefinition Isa { get; } = IsaDefinition.Load(Source);

    public CpuState Cpu { get; }

    public GuestMemory Memory { get; }

    public FakeBus Bus { get; }

    public EpochClock Clock { get; } = new();

    public ReferenceInterpreter Engine { get; }

    public ulong End => Ram + Memory.Size;

    public ulong Pc
    {
        get => Cpu[Isa.PcSlot];
        set => Cpu[Isa.PcSlot] = value;
    }

    public ulong this[int register]
    {
        get => Cpu[_r.FirstSlot + register];
        set => Cpu[_r.FirstSlot + register] = value;
    }

    public ulong this[string register] => Cpu[Isa.Registers.Single(file => file.Name == register).FirstSlot];

    public static uint Op(string name, int a = 0, int b = 0, int c = 0, long imm = 0) =>
        Isa.Encode(name, ("a", a), ("b", b), ("c", c), ("imm", imm));

    /// <summary>Runs at most so many instructions; gives why it stopped and what is left of the counter.</summary>
    public (ExitReason Reason, long Left) Run(long counter)
    {
        var reason = Engine.Run(ref counter);
        return (reason, counter);
    }

    /// <summary>All registers, the count of instructions and all of RAM, to be compared with Equal.</summary>
    public (string Registers, string Memory) State()
    {
        var bytes = new byte[Memory.Size];
        Assert.True(Memory.TryCopyOut(Ram, bytes));
        return ($"{string.Join(' ', Cpu.Slots.ToArray())} {Cpu.Retired}", Convert.ToHexString(bytes));
    }

    public void Dispose()
    {
        Engine.Dispose();
        Memory.Dispose();
        Cpu.Dispose();
    }
}

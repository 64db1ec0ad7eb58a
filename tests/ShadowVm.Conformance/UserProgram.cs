using System.Buffers.Binary;
using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <summary>
/// A Linux program of random user instructions, for QEMU's user mode and for a bare processor alike: it loads all
/// registers from a table, runs the instructions with a checkpoint of all registers now and then, writes the scratch
/// memory and the checkpoints to its standard output, and ends. What differs between instruction sets is how each of
/// these is written.
/// </summary>
internal abstract class UserProgram
{
    /// <summary>Where the code begins, and memory.</summary>
    public const ulong Start = 0x40_0000;

    /// <summary>Bytes of memory from there on.</summary>
    public const ulong MemoryBytes = 4 << 20;

    /// <summary>Where what is written to the output begins: scratch memory, then the checkpoints.</summary>
    public const ulong Result = Data + TableBytes;

    protected const ulong Data = 0x60_0000;
    protected const int TableBytes = 64 * 8;
    protected const int ScratchBytes = 2048;

    private readonly List<uint> _words = [];
    private int _checkpoints;

    protected UserProgram(IsaDefinition isa, ulong seed)
    {
        Isa = isa;
        Chance = new Chance(seed);
    }

    /// <summary>Address behind the last random instruction and its checkpoint: of an endless loop, on a bare processor.</summary>
    public ulong End { get; private set; }

    /// <summary>Bytes that the program writes.</summary>
    public int ResultBytes => ScratchBytes + (_checkpoints * CheckpointBytes);

    /// <summary>Where two results differ first: a register's place in a checkpoint, or of scratch memory at the end.</summary>
    public string PlaceOf(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length) return $"its length of {one.Length} bytes, not {other.Length}";
        var at = one[ScratchBytes..].CommonPrefixLength(other[ScratchBytes..]);
        return at < one.Length - ScratchBytes
            ? $"word {at % CheckpointBytes / 4} of checkpoint {at / CheckpointBytes}"
            : $"byte {one.CommonPrefixLength(other)} of scratch memory";
    }

    /// <summary>The code up to <see cref="End"/> and an endless loop.</summary>
    public IReadOnlyList<uint> Code { get; private set; } = [];

    /// <summary>The registers' first values.</summary>
    public byte[] Table { get; } = new byte[TableBytes];

    /// <summary>A static executable.</summary>
    public byte[] Image { get; private set; } = [];

    protected IsaDefinition Isa { get; }

    protected Chance Chance { get; }

    /// <summary>Address of the next word.</summary>
    protected ulong Here => Start + (4 * (ulong)_words.Count);

    /// <summary>Bytes of a checkpoint.</summary>
    protected abstract int CheckpointBytes { get; }

    /// <summary>Flags in the ELF header that the emulator wants to see.</summary>
    protected abstract uint ElfFlags { get; }

    /// <summary>Loads the registers from the table, and those that the program keeps for itself.</summary>
    protected abstract void LoadRegisters();

    /// <summary>Stores the registers behind the last checkpoint.</summary>
    protected abstract void Checkpoint();

    /// <summary>One of the user instructions, behind what it needs in registers.</summary>
    protected abstract void AddRandom();

    /// <summary>An instruction that jumps to itself, with its slot if it has one.</summary>
    protected abstract void LoopForEver();

    /// <summary>Writes the result to the standard output and exits with 0.</summary>
    protected abstract void WriteAndExit();

    /// <summary>Where the process begins: what it asks of its system, and a jump to <see cref="Start"/>.</summary>
    protected abstract void Enter();

    protected void Build(int count, int every)
    {
        for (var at = 0; at < TableBytes; at += 8) BitConverter.TryWriteBytes(Table.AsSpan(at), Chance.Value());
        LoadRegisters();
        for (var i = 0; i <= count; i++)
        {
            if (i % every == 0 || i == count)
            {
                Checkpoint();
                _checkpoints++;
            }

            if (i < count) AddRandom();
        }

        End = Here;
        var length = _words.Count;
        LoopForEver();
        Code = [.. _words];
        _words.RemoveRange(length, _words.Count - length);
        WriteAndExit();
        var entry = Here;
        Enter();
        Image = TinyElf.Build(
            Isa.ElfClass,
            Isa.ElfMachine,
            Isa.BigEndian,
            ElfFlags,
            entry,
            (Start, Bytes(_words)),
            (Data, [.. Table, .. new byte[ResultBytes]]));
    }

    protected void Add(string name, params (string, long)[] fields) => _words.Add(Isa.Encode(name, fields));

    protected void AddWord(uint word) => _words.Add(word);

    protected T OneOf<T>(T[] all) => all[Chance.Below(all.Length)];

    private byte[] Bytes(List<uint> words)
    {
        var bytes = new byte[4 * words.Count];
        for (var i = 0; i < words.Count; i++)
        {
            if (Isa.BigEndian) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
            else BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }
}

namespace ShadowVm.Engine.Tests.World;

/// <summary>One device page that remembers what it was asked, with a register that counts its reads.</summary>
internal sealed class FakeBus : IBus
{
    public const ulong Start = 0x10000;

    /// <summary>Every access in order, as "r8 10000" or "w4 10004=7".</summary>
    public List<string> Accesses { get; } = [];

    public ulong Lines { get; set; }

    public bool IsDevice(ulong address) => address >> 12 == Start >> 12;

    public bool TryRead(ulong address, int bytes, out ulong value)
    {
        Accesses.Add($"r{bytes} {address:x}");
        value = (ulong)Accesses.Count;
        return Answers(address);
    }

    public bool TryWrite(ulong address, int bytes, ulong value)
    {
        Accesses.Add($"w{bytes} {address:x}={value:x}");
        return Answers(address);
    }

    /// <summary>The upper half of the page is a device that refuses everything.</summary>
    private static bool Answers(ulong address) => (address & 0x800) == 0;
}

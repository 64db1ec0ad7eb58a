using System.Globalization;
using System.Text;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Listing;

/// <summary>
/// Names for what a listing's code refers to. Host addresses are stand-ins as wide as real ones, handed out in the
/// order in which they are asked for, so that the same block always gives the same text.
/// </summary>
internal sealed class ListingNames(IsaDefinition isa)
{
    private const ulong RamBytes = 128 << 20;

    private static readonly nint WatchAddress = unchecked((nint)0x6000_0000_0000);
    private static readonly nint JumpsAddress = unchecked((nint)0x6100_0000_0000);
    private static readonly nint FirstSlotAddress = unchecked((nint)0x6200_0000_0000);

    private readonly Dictionary<ulong, string> _addresses = new()
    {
        [(ulong)WatchAddress] = "store watch",
        [(ulong)JumpsAddress] = "jump table",
    };

    private readonly Dictionary<ulong, nint> _slots = [];
    private readonly Dictionary<ulong, nint> _blockSlots = [];

    /// <summary>Names by stand-in address.</summary>
    public IReadOnlyDictionary<ulong, string> Addresses => _addresses;

    /// <summary>Surroundings of a block that is never run, with RAM around its address.</summary>
    public BlockSurroundings Around(ulong pc) => new(
        pc & ~(RamBytes - 1), RamBytes, WatchAddress, JumpsAddress, int.Log2(isa.UnitBytes), key => SlotOf(key.Pc, _slots, "slot"),
        key => SlotOf(key.Pc, _blockSlots, "block slot"));

    /// <summary>Surroundings with the RAM of a machine.</summary>
    public BlockSurroundings Around(BlockSurroundings machine) => Around(0) with
    {
        RamStart = machine.RamStart,
        RamSize = machine.RamSize,
    };

    /// <summary>IL text with a remark wherever a number stands for something that has a name.</summary>
    public string Annotate(string il)
    {
        var text = new StringBuilder(il.Length * 2);
        foreach (var line in il.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty) continue;
            text.Append(line);
            if (NameIn(line.Trim()) is { } name) text.Append(' ', Math.Max(1, 28 - line.Length)).Append("// ").Append(name);
            text.Append('\n');
        }

        return text.ToString();
    }

    private nint SlotOf(ulong pc, Dictionary<ulong, nint> slots, string kind)
    {
        if (!slots.TryGetValue(pc, out var slot))
        {
            slot = FirstSlotAddress + ((_slots.Count + _blockSlots.Count) * sizeof(ulong));
            slots.Add(pc, slot);
            _addresses.Add((ulong)slot, string.Create(CultureInfo.InvariantCulture, $"{kind} of {pc:x}"));
        }

        return slot;
    }

    private string? NameIn(ReadOnlySpan<char> instruction)
    {
        var space = instruction.IndexOf(' ');
        if (space < 0 || !long.TryParse(instruction[(space + 1)..], CultureInfo.InvariantCulture, out var number)) return null;
        return instruction[..space] switch
        {
            "ldc" => _addresses.GetValueOrDefault((ulong)number),
            "ldslot" or "slotaddr" => WordName((int)number),
            _ => null,
        };
    }

    private string? WordName(int slot)
    {
        if (slot < 0)
        {
            return slot switch
            {
                EngineWords.Exit => "exit",
                EngineWords.Short => "short",
                EngineWords.RamSize => "RAM size",
                EngineWords.RamStart => "RAM start",
                EngineWords.Watch => "store watch",
                EngineWords.RecordPages => "record pages",
                EngineWords.Pages => "pages",
                EngineWords.FetchPages => "fetch pages",
                EngineWords.Jumps => "jumps",
                EngineWords.PagedJumps => "jumps between pages",
                EngineWords.Record => "record",
                _ => null,
            };
        }

        foreach (var file in isa.Registers)
        {
            var index = slot - file.FirstSlot;
            if (index < 0 || index >= file.Count) continue;
            if (index < file.ElementNames.Length) return file.ElementNames[index];
            return file.Count == 1 ? file.Name : $"{file.Name}[{index}]";
        }

        return null;
    }
}

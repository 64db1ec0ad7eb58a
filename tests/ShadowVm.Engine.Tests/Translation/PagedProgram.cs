using System.Text;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// A random guest in S-mode with Sv39, which never ends. 0x40000000 has two tables of 4 KiB pages, whose frames lie between 0x80040000
/// and the end of RAM, in order most often; each may become a page of 2 MiB, of which there is only a part in RAM, and that can't be
/// written, since the code is in it. What faults is passed over, and mixed into s10 as all that is loaded.
/// </summary>
internal sealed class PagedProgram
{
    private const ulong Middle = 0x8001_1000;
    private const ulong Table = 0x8001_2000;
    private const int Pages = 64; // that are used of each table
    private const int Frames = 192;

    private readonly StringBuilder _text = new();
    private readonly Random _random;
    private int _labels;

    public PagedProgram(Random random)
    {
        _random = random;
        Start();
        var loops = 2 + random.Next(3);
        for (var i = 0; i < 12; i++)
        {
            for (var changes = random.Next(3); changes > 0; changes--) Change();
            Call(random.Next(loops));
        }

        Write("j again");
        for (var i = 0; i < loops; i++) Loop(i);
    }

    /// <summary>Its source.</summary>
    public string Text => _text.ToString();

    private void Start()
    {
        Write("_start: la t0, fault", "csrw mtvec, t0");
        Write("li t0, -1", "srli t0, t0, 10", "csrw pmpaddr0, t0", "li t0, 0x1f", "csrw pmpcfg0, t0");
        Store(0x8001_0008, (Middle >> 2) | 1);
        Store(0x8001_0010, 0x200000cf); // memory, as it is
        for (var table = 0; table < 2; table++) MakeTable(table);
        for (var table = 0; table < 2; table++) Map(table, 0, Pages, table * Pages, 0xc7, 1);
        Write("li t0, 8", "slli t0, t0, 60", "li t1, 0x80010", "or t0, t0, t1", "csrw satp, t0", "la t0, again", "csrw mepc, t0");
        Write("li t0, 0x1800", "csrc mstatus, t0", "li t0, 0x800", "csrs mstatus, t0", "mret");
        Write("fault: csrr t3, mcause", "xor s10, s10, t3", "csrr t3, mtval", "add s10, s10, t3");
        Write("csrr t3, mepc", "addi t3, t3, 4", "csrw mepc, t3", "mret", "again:");
    }

    private void Change()
    {
        var (table, entry) = (_random.Next(2), _random.Next(Pages));
        switch (_random.Next(8))
        {
            case 0:
                Map(table, 0, Pages, _random.Next(Frames - Pages), 0xc7, 1);
                break;

            case 1:
                Map(table, entry, 1 + _random.Next(Pages - entry), _random.Next(Frames - Pages), Flags(), 1);
                break;

            case 2:
                Map(table, entry, 1 + _random.Next(Pages - entry), Pages + _random.Next(Frames - Pages), 0xc7, -1);
                break;

            case 3 or 4:
                Turn(table, entry);
                break;

            case 5: // its lowest byte alone
                Write($"li t0, {EntryOf(table, entry)}", $"li t1, {Flags()}", "sb t1, 0(t0)");
                break;

            case 6:
                MakeTable(table);
                break;

            case 7:
                Store(Middle + (8UL * (ulong)table), (Duel.Ram >> 2) | (ulong)Of(0xc3, 0xc3, 0x03, 0x43, 0));
                break;
        }
    }

    /// <summary>A loop through pages: its registers say where, how far and how often.</summary>
    private void Loop(int number)
    {
        Write($"loop{number}: mv s7, a1", "li s6, 0", $"turn{number}:");
        switch (_random.Next(3))
        {
            case 0: // by additions
                Write("add s6, s6, a3", "and t0, s6, a2", "add s7, a1, t0");
                break;

            case 1: // anywhere
                Write("li t1, 1103515245", "mul s6, s6, t1", "addi s6, s6, 1234", "srli t0, s6, 3", "and t0, t0, a2", "add s7, a1, t0");
                break;

            case 2: // by what was loaded
                Write("xor t0, s10, a4", "srli t1, t0, 13", "xor t0, t0, t1", "and t0, t0, a2", "add s7, a1, t0");
                break;
        }

        for (var accesses = 1 + _random.Next(4); accesses > 0; accesses--) Access();
        if (_random.Next(4) == 0)
        {
            Write("andi t1, a4, 127", $"bnez t1, on{number}");
            Turn(_random.Next(2), _random.Next(Pages));
            Write($"on{number}:");
        }

        Write("slli t1, s10, 1", "srli t2, s10, 63", "or s10, t1, t2", "addi a4, a4, -1", $"bnez a4, turn{number}", "ret");
    }

    private void Access()
    {
        var offset = Of(0, 0, 0, 8, 16, 4, 1, 24, 100, -8, 3, 120, 2040);
        switch (_random.Next(8))
        {
            case 0:
                Write("andi s2, s7, -8", $"{Of("amoadd.w", "amoxor.d")} t1, s10, (s2)", "add s10, s10, t1");
                break;

            case < 5:
                Write($"{Of("ld", "ld", "lw", "lbu", "lhu")} t1, {offset}(s7)", "add s10, s10, t1");
                break;

            default:
                Write($"{Of("sd", "sd", "sw", "sb", "sh")} s10, {offset}(s7)");
                break;
        }
    }

    private void Call(int loop)
    {
        var start = 0x4000_0000UL + ((ulong)_random.Next(2) << 21) + (ulong)_random.Next(64);
        var within = (1UL << (12 + _random.Next(7))) - 1;
        Write($"li a1, {start}", $"li a2, {within & ~(ulong)Of(7, 7, 3, 0)}", $"li a3, {Of(4096, 4104, 3 * 4096, 264, 64, 8)}");
        Write($"li a4, {Of(40, 400, 1500)}", $"call loop{loop}");
    }

    private void MakeTable(int table) => Store(Middle + (8UL * (ulong)table), ((Table + (4096UL * (ulong)table)) >> 2) | 1);

    private void Map(int table, int first, int count, int frame, int flags, int step)
    {
        var label = $"map{_labels++}";
        Write($"li t0, {EntryOf(table, first)}", $"li t1, {((0x8004_0000UL + (4096UL * (ulong)frame)) >> 2) | (uint)flags}");
        Write($"li t2, {count}", $"{label}: sd t1, 0(t0)", "addi t0, t0, 8", "li t3, 1024", step > 0 ? "add t1, t1, t3" : "sub t1, t1, t3");
        Write("addi t2, t2, -1", $"bnez t2, {label}");
    }

    private void Turn(int table, int entry) =>
        Write($"li t0, {EntryOf(table, entry)}", "ld t1, 0(t0)", $"xori t1, t1, {Of(0x40, 0x80, 0x400, 4, 1, 0xc0)}", "sd t1, 0(t0)");

    private int Flags() => Of(0xc7, 0xc7, 0xc7, 0x43, 0x07, 0x47, 0xc3, 0);

    private static ulong EntryOf(int table, int entry) => Table + (4096UL * (ulong)table) + (8UL * (ulong)entry);

    private void Store(ulong address, ulong value) => Write($"li t0, {address}", $"li t1, {value}", "sd t1, 0(t0)");

    private T Of<T>(params T[] items) => items[_random.Next(items.Length)];

    private void Write(params string[] lines)
    {
        foreach (var line in lines) _text.Append(line).Append('\n');
    }
}

namespace ShadowVm.Vmm.Tests.World;

/// <summary>Parameters that make each guest short enough for epochs of one instruction.</summary>
internal static class Workload
{
    public const ulong JournalRecords = 12;

    public static (int, ulong)[] Shortened(string guest) => guest switch
    {
        "compute" => [(0, 1)],
        "timer" => [(0, 10), (1, 500)],
        "journal" => [(0, JournalRecords), (1, 3), (2, 2000), (3, 4)],
        _ => [],
    };
}

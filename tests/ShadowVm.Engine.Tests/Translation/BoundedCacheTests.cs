using System.Diagnostics;
using System.Text;
using ShadowVm.Vmm;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>Translated code has a limit, and what is dropped is given back to the host.</summary>
public class BoundedCacheTests
{
    [Fact]
    public void More_blocks_than_fit_are_dropped_and_the_guest_goes_on()
    {
        const int limit = 100_000;
        var engine = new EngineSettings { WarmUp = 0, HotAfter = 1, Background = false, CacheBytes = limit };
        var statistics = Duel.Fight(ManyBlocks(1000), engine, 100, 5000);
        Assert.True(statistics.Flushes > 3, $"{statistics.Flushes} times all blocks were dropped");
        Assert.True(statistics.BlocksDropped > 1000);
    }

    [Fact]
    public void Dropped_code_is_collected()
    {
        const int limit = 1_000_000;
        var engine = new EngineSettings { WarmUp = 0, HotAfter = 1, Background = false, CacheBytes = limit };
        using var machine = Duel.Machine(ManyBlocks(6000), 50_000, engine);
        var clock = InstructionClock.First;
        machine.BeginEpoch([], clock);
        Translate(4_000);
        var before = Resident();
        Translate(14_000);
        var growth = Resident() - before;
        // 10,000 methods that stay would be over 50 MB.
        Assert.True(growth < 30_000_000, $"{growth} bytes more after {machine.Statistics.BlocksTranslated} blocks");

        void Translate(long until)
        {
            while (machine.Statistics.BlocksTranslated < until)
            {
                machine.RunEpoch();
                machine.BeginEpoch([], InstructionClock.Next(machine, inputArrives: false));
            }
        }
    }

    [Fact]
    public void What_the_tiers_did_adds_up_to_what_was_retired()
    {
        const string text = "_start: la t0, handler\n csrw mtvec, t0\nloop: addi a0, a0, 1\n bnez a0, next\nnext: ecall\n j loop\n"
            + " .balign 4\nhandler: csrr t0, mepc\n addi t0, t0, 4\n csrw mepc, t0\n addi s0, s0, 1\n mret";
        using var machine = Duel.Machine(text, 10_000, Duel.Engines["block"]);
        machine.BeginEpoch([], InstructionClock.First);
        machine.RunEpoch();
        var s = machine.Statistics;
        var traps = (long)machine.Cpu[machine.Isa.Registers.Single(file => file.Name == "x").FirstSlot + 8];
        var all = s.ReferenceInstructions + s.ColdInstructions + s.BlockInstructions;
        // Kernel instructions are the monitor's: two at the start, three in each handler that ran to its end.
        Assert.InRange((long)machine.Retired + traps - all, (3 * traps) - 1, (3 * traps) + 5);
    }

    private static string ManyBlocks(int count)
    {
        var text = new StringBuilder("_start:\nb0:");
        for (var i = 0; i < count; i++)
        {
            text.Append($" addi a0, a0, {(i % 1000) + 1}\n beqz a0, b{Math.Min(i + 7, count)}\n j b{i + 1}\nb{i + 1}:");
        }

        return text.Append(" j b0").ToString();
    }

    private static long Resident()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}

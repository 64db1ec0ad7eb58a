using ShadowVm.Engine;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// Traps that the processor delivers late (patent p. 12-17): a protected guest sees each at the same instruction on
/// every processor, and all of them together.
/// </summary>
public class DelayedTrapTests
{
    private const ulong Overflow = 1 << 6;

    private static readonly long[] Lengths = [1, 2, 3, 7, 100, 4096];

    /// <summary>
    /// Two registers overflow, a while passes, and then comes what a test puts there. The handler keeps V2, V1 and the
    /// address that it will return to, up to four times.
    /// </summary>
    private const string Scene = """
        _start: la      sp, stack
                la      a0, handler
                lda     a1, 1(zero)
                wrent
                la      a0, interrupted
                lda     a1, 0(zero)
                wrent
                la      s0, log
                clr     s1
                ldiq    t8, 0x7fffffffffffffff
        traps:  addq/v  t8, t8, t0
                mulq/v  t8, t8, t1
                lda     t9, 500(zero)
        1:      lda     t9, -1(t9)
                bne     t9, 1b
        point:  {0}
        behind: lda     s1, 1(s1)
                br      behind
        handler:
                stq     a0, 0(s0)
                stq     a1, 8(s0)
                ldq     t7, 8(sp)
                stq     t7, 16(s0)
                stq     s1, 24(s0)
                lda     s0, 32(s0)
                rti
        interrupted:
                lda     t7, 1(zero)
                stq     t7, 0(s0)
                stq     zero, 8(s0)
                ldq     t7, 8(sp)
                stq     t7, 16(s0)
                lda     s0, 32(s0)
                la      s2, 0x70100000
                stl     zero, 0(s2)
                rti
                .bss
                .balign 8
        log:    .zero   256
                .zero   512
        stack:
        """;

    public static TheoryData<long, DrainPolicy> Cases()
    {
        var data = new TheoryData<long, DrainPolicy>();
        foreach (var length in Lengths)
        {
            data.Add(length, DrainPolicy.Deliver);
            data.Add(length, DrainPolicy.EndEpoch);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Replicas_agree_whatever_their_processors_do(long length, DrainPolicy policy)
    {
        var settings = new VirtualMachineSettings { EpochLength = length, Protected = true, DrainPolicy = policy };
        string? seen = null;
        foreach (var (first, second) in ((EngineSettings, EngineSettings)[])[
            (LateTraps.Processor(1), LateTraps.Processor(2)),
            (LateTraps.Processor(3, Tier.Reference), LateTraps.Processor(4, Tier.Cold)),
            (LateTraps.Processor(0) with { TrapHardware = new TrapHardwareSettings { HoldAtMost = 0 } },
                LateTraps.Processor(5) with { TrapHardware = new TrapHardwareSettings { HoldAtMost = 4096, SwitchEvery = 1 << 40 } })])
        {
            var (console, divergence) = LateTraps.Pair(settings, first, second);
            Assert.Equal("", divergence);
            seen ??= console;
            Assert.Equal(seen, console);
        }

        var lines = seen!.Split('\n');
        Assert.True(lines.Length > 10, seen);
        Assert.Contains(lines, line => line.Length > 0 && line.Split(' ')[3] is not "0"); // the clock interrupted as well
    }

    [Theory]
    [InlineData(100)]
    [InlineData(4096)]
    public void A_protected_guest_with_a_conventional_drain_diverges(long length)
    {
        // The canary: the drain shows what this processor still holds, and that is chance.
        var settings = new VirtualMachineSettings { EpochLength = length, Protected = true, DrainPriv = false };
        var (console, divergence) = LateTraps.Pair(settings, LateTraps.Processor(1), LateTraps.Processor(2));
        Assert.Null(console);
        Assert.StartsWith("epoch ", divergence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unprotected_guest_gets_each_trap_as_the_processor_has_it()
    {
        string Of(TrapHardwareSettings hardware)
        {
            using var machine = LateTraps.Machine(LateTraps.Guest, new VirtualMachineSettings
            {
                EpochLength = 4096,
                Engine = LateTraps.Processor(0) with { TrapHardware = hardware },
            });
            return LateTraps.Run(machine);
        }

        var precise = Of(new TrapHardwareSettings { HoldAtMost = 0 });
        var registers = precise.Split('\n')[..^2].Select(line => Convert.ToUInt64(line.Split(' ')[1], 16)).ToArray();
        Assert.NotEmpty(registers);
        Assert.All(registers, mask => Assert.True(ulong.IsPow2(mask), $"{mask:x} at once"));
        Assert.NotEqual(Of(new TrapHardwareSettings { Seed = 1 }), Of(new TrapHardwareSettings { Seed = 2 }));
    }

    [Theory]
    [InlineData(1UL, DrainPolicy.Deliver)]
    [InlineData(2UL, DrainPolicy.Deliver)]
    [InlineData(1UL, DrainPolicy.EndEpoch)]
    public void A_drain_delivers_all_behind_itself(ulong seed, DrainPolicy policy)
    {
        var (log, labels) = Play("trapb", seed, 100_000, policy, epochs: 2);
        // t0 and t1 are registers 1 and 2; nothing came while the guest waited for 500 turns.
        Assert.Equal([Overflow, 0b110, labels["behind"], 0], log[..4]);
        Assert.Equal(0UL, log[4]);
    }

    [Fact]
    public void A_drain_ends_the_epoch_where_the_policy_says_so()
    {
        var image = LateTraps.Image(Scene.Replace("{0}", "trapb", StringComparison.Ordinal), out _);
        using var machine = LateTraps.Machine(image, new VirtualMachineSettings
        {
            EpochLength = 100_000,
            Protected = true,
            DrainPolicy = DrainPolicy.EndEpoch,
        });
        machine.BeginEpoch([], InstructionClock.First);
        Assert.Equal(EpochEnd.Drain, machine.RunEpoch());
        Assert.Equal(new TrapVectors(Overflow, 0b110), machine.DelayedTraps);
        machine.BeginEpoch([], InstructionClock.Next(machine, inputArrives: false));
        Assert.Equal(EpochEnd.Counter, machine.RunEpoch());
        Assert.True(machine.DelayedTraps.IsEmpty);
    }

    [Fact]
    public void Without_a_drain_the_boundary_delivers()
    {
        var (log, labels) = Play("nop", 1, 2000, DrainPolicy.Deliver, epochs: 2);
        Assert.Equal([Overflow, 0b110], log[..2]);
        Assert.InRange(log[2], labels["behind"], labels["behind"] + 4);
        Assert.True(log[3] > 0, "it came before the boundary");
    }

    [Theory]
    [InlineData("rdunique", false)]
    [InlineData("halt", true)]
    public void An_instruction_that_enters_or_leaves_a_handler_delivers_before_itself(string instruction, bool delivers)
    {
        var (log, labels) = Play($"clr a0; {instruction}", 1, 100_000, DrainPolicy.Deliver, epochs: 1);
        if (delivers) Assert.Equal([Overflow, 0b110, labels["point"] + 4, 0], log[..4]);
        else Assert.Equal(0UL, log[0]);
    }

    [Fact]
    public void An_interrupt_finds_the_traps_delivered()
    {
        // The guest interrupts itself while it is masked, and then unmasks. Entries lie one above the other: the last is the
        // first whose instructions run, and it returns to the handler of the traps.
        var (log, labels) = Play(
            "la s2, 0x70100000; lda s3, 1(zero); stl s3, 0(s2); clr a0; swpipl", 1, 100_000, DrainPolicy.Deliver, epochs: 1);
        Assert.Equal([1, 0, labels["handler"]], log[..3]);
        Assert.Equal([Overflow, 0b110, labels["behind"]], log[4..7]);
    }

    [Fact]
    public void A_guest_that_waits_is_woken_by_its_traps()
    {
        var (log, labels) = Play("wtint", 1, 100_000, DrainPolicy.Deliver, epochs: 2);
        Assert.Equal([Overflow, 0b110, labels["behind"]], log[..3]);
    }

    private static (ulong[] Log, Dictionary<string, ulong> Labels) Play(
        string point, ulong seed, long length, DrainPolicy policy, int epochs)
    {
        var image = LateTraps.Image(Scene.Replace("{0}", point, StringComparison.Ordinal), out var assembled);
        using var machine = LateTraps.Machine(image, new VirtualMachineSettings
        {
            EpochLength = length,
            Protected = true,
            DrainPolicy = policy,
            Engine = LateTraps.Processor(seed),
        });
        LateTraps.Run(machine, epochs);
        var labels = assembled.Symbols.Where(symbol => !char.IsAsciiDigit(symbol.Name[0]))
            .ToDictionary(symbol => symbol.Name, symbol => symbol.Address);
        var log = new ulong[8];
        for (var i = 0; i < log.Length; i++) Assert.True(machine.Memory.TryRead(labels["log"] + (8 * (ulong)i), 8, out log[i]));
        return (log, labels);
    }
}

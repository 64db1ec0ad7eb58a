using ShadowVm.Host.Clocks;
using ShadowVm.Host.Replica;
using ShadowVm.Machine;
using ShadowVm.Replication;

namespace ShadowVm.Host.Tests.Replica;

public class ExecutorTests
{
    [Fact]
    public void An_empty_epoch_allocates_nothing_on_the_guests_thread()
    {
        long start = 0;
        long end = 0;
        var guest = new FakeGuest
        {
            Script = g =>
            {
                if (g.Epoch == 2000) start = GC.GetAllocatedBytesForCurrentThread();
                if (g.Epoch == 102_000) end = GC.GetAllocatedBytesForCurrentThread();
            },
        };
        using var rig = new Rig(guest, new HostGuestClock());
        rig.Executor.PermitThrough(102_001);
        rig.Executor.Start(primary: true);
        ulong seen = 0;
        while (seen < 102_001)
        {
            if (!rig.Ring.TryRead(out var record)) continue;
            Assert.Equal(++seen, record.Epoch);
            rig.Executor.RingHasRoom();
        }

        Assert.Equal(0, end - start);
    }

    [Fact]
    public void A_primary_goes_no_further_than_it_may()
    {
        using var rig = new Rig(new FakeGuest(), new InstructionGuestClock());
        rig.Executor.PermitThrough(3);
        rig.Executor.Start(primary: true);
        Eventually.True(() => rig.Ring.Count == 3, "three epochs");
        Thread.Sleep(20);
        Assert.Equal(3, rig.Ring.Count);
        rig.Executor.PermitThrough(5);
        Eventually.True(() => rig.Ring.Count == 5, "two more");
    }

    [Fact]
    public void Input_goes_to_the_epoch_in_which_it_came_and_is_in_its_record()
    {
        using var rig = new Rig(new FakeGuest(), new InstructionGuestClock());
        rig.Executor.PermitThrough(1);
        rig.Executor.Inputs.Post(new DeviceInput(3, 7, true, [1, 2]));
        rig.Executor.Start(primary: true);
        var record = rig.Next();
        var interrupt = Assert.Single(record.Batch);
        Assert.Equal((1UL, (3u << 16) | 7, true), (interrupt.Epoch, interrupt.Class, interrupt.Bound));
        Assert.Equal([1, 2], interrupt.Data);
        rig.Executor.PermitThrough(2);
        Assert.Empty(rig.Next().Batch);
    }

    [Fact]
    public void A_guest_that_waits_ends_its_epoch_at_once_and_the_next_with_the_input()
    {
        var guest = new FakeGuest
        {
            Script = g =>
            {
                g.Emit(0, 1, false, (byte)g.Epoch);
                g.Waiting = true;
            },
        };
        using var rig = new Rig(guest, new HostGuestClock());
        rig.Executor.PermitThrough(100);
        rig.Executor.Start(primary: true);
        var first = rig.Next();
        Assert.True(first.Idle);
        Assert.Equal([1], Assert.Single(first.Outputs).Data);
        Thread.Sleep(20);
        Assert.Equal(0, rig.Ring.Count);
        rig.Executor.Inputs.Post(new DeviceInput(0, 1, false, [42]));
        var second = rig.Next();
        Assert.Equal(first.Instructions, second.Instructions);
        Assert.Equal([42], Assert.Single(second.Batch).Data);
        var third = rig.Next();
        Assert.Equal((3UL, 200UL), (third.Epoch, third.Instructions));
    }

    [Fact]
    public void A_waiting_guest_wakes_at_its_deadline_on_the_hosts_clock()
    {
        const ulong deadline = 30_000_000;
        var guest = new FakeGuest
        {
            Script = g =>
            {
                if (g.Epoch != 1) return;
                g.Waiting = true;
                g.Deadline = deadline;
            },
        };
        using var rig = new Rig(guest, new HostGuestClock());
        rig.Executor.PermitThrough(3);
        rig.Executor.Start(primary: true);
        Assert.True(rig.Next().NextClock.Base < deadline);
        Assert.True(rig.Next().NextClock.Base >= deadline);
        Assert.False(rig.Next().Idle);
        Assert.Equal(0, rig.Stuck);
    }

    [Fact]
    public void On_the_instruction_clock_time_jumps_to_the_deadline()
    {
        var guest = new FakeGuest
        {
            Script = g =>
            {
                g.Waiting = true;
                g.Deadline = g.GuestTime + 1_000_000_000;
            },
        };
        using var rig = new Rig(guest, new InstructionGuestClock(10));
        rig.Executor.PermitThrough(2);
        rig.Executor.Start(primary: true);
        Assert.Equal(1_000_001_000UL, rig.Next().NextClock.Base);
        Assert.Equal(200UL, rig.Next().Instructions);
    }

    [Fact]
    public void A_guest_that_nothing_can_wake_is_reported_once()
    {
        using var rig = new Rig(new FakeGuest { Script = g => g.Waiting = true }, new InstructionGuestClock());
        rig.CanWake = false;
        rig.Executor.PermitThrough(100);
        rig.Executor.Start(primary: true);
        Eventually.True(() => rig.Stuck == 1, "the report");
        Assert.Equal(1UL, rig.Next().Epoch);
        rig.Executor.Nudge();
        Assert.Equal(2UL, rig.Next().Epoch);
        Assert.Equal(1, rig.Stuck);
    }

    [Fact]
    public void A_backup_stands_at_each_boundary_until_the_next_order()
    {
        var guest = new FakeGuest { KeepsClocks = true };
        using var rig = new Rig(guest, new HostGuestClock());
        rig.Executor.Start(primary: false);
        rig.Executor.Execute(1, new ClockPair(0, 0), []);
        Assert.Equal(1UL, rig.Next().Epoch);
        rig.Executor.Execute(2, new ClockPair(77, 5), [new Interrupt(1, 2u << 16, false, [9])]);
        Assert.Equal(2UL, rig.Next().Epoch);
        Thread.Sleep(20);
        Assert.Equal(0, rig.Ring.Count);
        Assert.Equal([new ClockPair(0, 0), new ClockPair(77, 5)], guest.Clocks);
        Assert.Equal([9], Assert.Single(guest.Delivered).Data);
    }

    [Fact]
    public void A_survivor_delivers_the_batch_then_the_disconnects_and_keeps_the_rest_for_its_next_boundary()
    {
        var guest = new FakeGuest { KeepsClocks = true };
        using var rig = new Rig(guest, new HostGuestClock());
        rig.Executor.Start(primary: false);
        rig.Executor.Execute(1, new ClockPair(0, 0), []);
        rig.Executor.TakeOver(new TakeOverOrder
        {
            AfterEpoch = 1,
            Batch = [new Interrupt(1, 1u << 16, true, [1])],
            Later = [new Interrupt(2, 2u << 16, false, [2])],
            Clock = new ClockPair(5_000_000_000, 0),
        });
        Assert.Empty(rig.Next().Batch);
        rig.Executor.PermitThrough(3);
        var record = rig.Next();
        Assert.Equal(2UL, record.Epoch);
        Assert.Equal([2], Assert.Single(record.Batch).Data);
        Assert.Equal(2UL, rig.GoneOn);
        Assert.InRange(record.NextClock.Base, 5_000_000_000UL, 65_000_000_000UL);
        Assert.Equal(3UL, rig.Next().Epoch);
        Assert.Equal([1, 0xdc, 2], guest.Delivered.Select(d => d.Data[0]));
    }

    [Fact]
    public void A_primary_and_a_backup_that_follows_it_have_the_same_digests()
    {
        using var primary = new Rig(Talker(), new HostGuestClock());
        using var backup = new Rig(Talker(), new HostGuestClock());
        primary.Executor.PermitThrough(300);
        backup.Executor.Start(primary: false);
        primary.Executor.Start(primary: true);
        var clock = new HostGuestClock().First;
        Interrupt[] batch = [];
        for (ulong epoch = 1; epoch <= 300; epoch++)
        {
            if (epoch % 3 == 0) primary.Executor.Inputs.Post(new DeviceInput(0, 1, false, [(byte)epoch]));
            var ours = primary.Next();
            backup.Executor.Execute(epoch, clock, batch);
            var theirs = backup.Next();
            Assert.Equal(
                (ours.Epoch, ours.Instructions, ours.Digest),
                (theirs.Epoch, theirs.Instructions, theirs.Digest));
            Assert.Equal(ours.Outputs.Select(o => o.Number), theirs.Outputs.Select(o => o.Number));
            (clock, batch) = (ours.NextClock, ours.Batch);
        }
    }

    [Fact]
    public void The_guests_end_is_its_last_record()
    {
        var guest = new FakeGuest { Script = g => g.ExitCode = g.Epoch == 2 ? 7 : null };
        using var rig = new Rig(guest, new InstructionGuestClock());
        rig.Executor.PermitThrough(100);
        rig.Executor.Start(primary: true);
        Assert.False(rig.Next().Exited);
        var last = rig.Next();
        Assert.Equal((true, 7), (last.Exited, last.ExitCode));
        Assert.True(rig.Executor.Join(5000));
        Assert.Equal(0, rig.Ring.Count);
    }

    [Fact]
    public void A_guest_that_breaks_ends_its_replica_alone()
    {
        var guest = new FakeGuest { Script = _ => throw new InvalidOperationException("broken") };
        using var rig = new Rig(guest, new InstructionGuestClock());
        rig.Executor.PermitThrough(100);
        rig.Executor.Start(primary: true);
        Eventually.True(() => rig.Failure is not null, "the report");
        Assert.Equal("broken", rig.Failure!.Message);
    }

    private static FakeGuest Talker() => new()
    {
        Script = g =>
        {
            if (g.Epoch % 5 == 0) g.Emit(0, 1, false, (byte)g.Epoch);
        },
    };

    /// <summary>An executor with the test as its role thread.</summary>
    private sealed class Rig : IExecutorHooks, IDisposable
    {
        private readonly Wakeup _role = new();
        private readonly Wakeup _wakeup = new();

        public Rig(FakeGuest guest, IGuestClock clock)
        {
            var stop = new CancellationTokenSource();
            var sink = new RingSink(Ring, _role, _wakeup, stop.Token);
            Executor = new Executor(guest, clock, sink, _wakeup, new InterruptBuffer(_wakeup), this, stop);
        }

        public BoundaryRing Ring { get; } = new(1024);

        public Executor Executor { get; }

        public bool CanWake { get; set; } = true;

        public int Stuck { get; private set; }

        public ulong GoneOn { get; private set; }

        public Exception? Failure { get; private set; }

        public BoundaryRecord Next()
        {
            BoundaryRecord record = default;
            Eventually.True(() => Ring.TryRead(out record), "a boundary");
            return record;
        }

        public void Dispose() => Executor.Dispose();

        bool IExecutorHooks.CanWake(ulong lastOutput) => CanWake;

        void IExecutorHooks.OnStuck(ulong epoch) => Stuck++;

        void IExecutorHooks.OnGoingOn(ulong epoch, ulong instructions) => GoneOn = epoch;

        void IExecutorHooks.OnFailed(Exception exception) => Failure = exception;
    }
}

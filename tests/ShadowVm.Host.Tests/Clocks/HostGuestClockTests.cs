using CsCheck;
using ShadowVm.Host.Clocks;

namespace ShadowVm.Host.Tests.Clocks;

public class HostGuestClockTests
{
    private static readonly Gen<(ulong Instructions, ulong Nanoseconds, bool Waited)[]> Epochs = Gen.Select(
        Gen.ULong[0, 2_000_000], Gen.ULong[0, 50_000_000], Gen.Bool).Array[1, 60];

    [Fact]
    public void Guest_time_never_goes_back_and_a_boundary_sets_it_to_the_hosts_unless_it_has_overtaken()
    {
        Epochs.Sample(epochs =>
        {
            ulong host = 123_456;
            var start = host;
            var clock = new HostGuestClock(() => host);
            clock.Start();
            var pair = clock.First;
            foreach (var (instructions, nanoseconds, waited) in epochs)
            {
                host += nanoseconds;
                var guest = pair.Base + (ulong)((UInt128)instructions * pair.Rate >> 32);
                var next = clock.Next(new ClockBoundary(guest, instructions, waited, null));
                Assert.Equal(Math.Max(guest, host - start), next.Base);
                if (guest > host - start) Assert.Equal(0UL, next.Rate);
                pair = next;
            }
        });
    }

    [Fact]
    public void At_an_even_speed_guest_time_never_overtakes_the_host()
    {
        Gen.Select(Gen.ULong[1, 1000], Gen.ULong[1000, 1_000_000]).Sample((nanosecondsPerInstruction, length) =>
        {
            ulong host = 0;
            var clock = new HostGuestClock(() => host);
            clock.Start();
            var pair = clock.First;
            for (var i = 0; i < 30; i++)
            {
                host += nanosecondsPerInstruction * length;
                var guest = pair.Base + (ulong)((UInt128)length * pair.Rate >> 32);
                Assert.True(guest <= host);
                pair = clock.Next(new ClockBoundary(guest, length, false, null));
            }

            Assert.True(pair.Rate > 0, "time stands still");
        });
    }

    [Fact]
    public void A_survivor_goes_on_from_the_logged_pair_with_its_own_time()
    {
        ulong host = 1_000_000;
        var clock = new HostGuestClock(() => host);
        clock.ContinueFrom(new(77_000_000_000, 3));
        host += 500;
        Assert.Equal(77_000_000_500UL, clock.Next(new ClockBoundary(77_000_000_100, 10, false, null)).Base);
    }

    [Fact]
    public void Milliseconds_are_rounded_up()
    {
        ulong host = 0;
        var clock = new HostGuestClock(() => host);
        clock.Start();
        Assert.Equal(1, clock.MillisecondsUntil(1));
        Assert.Equal(5, clock.MillisecondsUntil(5_000_000));
        Assert.Equal(1000, clock.MillisecondsUntil(ulong.MaxValue));
        host = 5_000_000;
        Assert.Equal(0, clock.MillisecondsUntil(5_000_000));
    }

    [Fact]
    public void The_instruction_clock_counts_instructions_alone()
    {
        var clock = new InstructionGuestClock(10);
        Assert.Equal(new(0, 10UL << 32), clock.First);
        Assert.Equal(500UL, clock.Next(new ClockBoundary(500, 50, true, null)).Base);
        Assert.Equal(9000UL, clock.Next(new ClockBoundary(500, 0, false, 9000)).Base);
        Assert.Equal(0, clock.MillisecondsUntil(ulong.MaxValue));
    }
}

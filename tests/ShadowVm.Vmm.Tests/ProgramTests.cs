using ShadowVm.Engine;
using ShadowVm.Isa.Linux;
using ShadowVm.Machine;
using ShadowVm.Machine.Programs;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// Linux programs: the same to the bit on every tier and at every epoch length, and with their files' host lost at any
/// request.
/// </summary>
public class ProgramTests
{
    private const string Few = "5";
    private static readonly EngineSettings Reference = new() { Tier = Tier.Reference };

    private static readonly Dictionary<string, EngineSettings> Engines = new()
    {
        ["reference"] = Reference,
        ["cold"] = new EngineSettings { Tier = Tier.Cold, WarmUp = 0 },
        ["region"] = new EngineSettings { Tier = Tier.Region, WarmUp = 0, HotAfter = 1, Background = false, RegionAfter = 0 },
        ["block"] = new EngineSettings { Tier = Tier.Block, WarmUp = 0, HotAfter = 1, Background = false },
    };

    public static TheoryData<string, string, long> Cases()
    {
        var data = new TheoryData<string, string, long>();
        foreach (var target in Programs.Targets)
        {
            foreach (var engine in Engines.Keys)
            {
                foreach (var length in new long[] { 1, 100, 1_000_000 }) data.Add(target, engine, length);
            }
        }

        return data;
    }

    public static TheoryData<string> Targets() => [.. Programs.Targets];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Replicas_on_other_tiers_agree_at_every_boundary(string target, string engine, long length)
    {
        var result = Run(new ProgramWorld(), target, "records", Engines[engine], length, length == 1 ? "1" : Few);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(length == 1 ? "done 1\n" : "done 5\n", result.Console);
        if (length != 100) return;
        var again = Run(new ProgramWorld(), target, "records", Engines[engine], length, length == 1 ? "1" : Few);
        Assert.Equal(result, again);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_host_lost_at_any_request_leaves_no_trace(string target)
    {
        var world = new ProgramWorld();
        var whole = Run(world, target, "records", Reference, 4096, Few);
        Assert.StartsWith("/records=", whole.Files);
        Assert.True(world.Requests > 12, $"{world.Requests} requests are too few to lose one");
        for (var lost = 1; lost <= world.Requests; lost++)
        {
            foreach (var performed in new[] { false, true })
            {
                var other = new ProgramWorld { Lost = { [lost] = performed } };
                var result = Run(other, target, "records", Reference, 4096, Few);
                Assert.Equal(world.Requests + 1, other.Requests);
                Assert.Equal((whole.Files, whole.Console, 0), (result.Files, result.Console, result.ExitCode));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_a_program_may_not_do_ends_it_with_a_sentence_and_the_signal_s_code(string target)
    {
        foreach (var (how, code, sentence) in new[]
        {
            ("read", 139, "signal 11"), ("write", 139, "signal 11"), ("jump", 139, "signal 11"), ("illegal", 132, "signal 4"),
            ("abort", 134, "signal 6"), ("fork", 38, "a second process or thread is refused (ENOSYS)"),
        })
        {
            foreach (var engine in Engines.Values)
            {
                var result = Run(new ProgramWorld(), target, "crash", engine, 100, how);
                Assert.Equal((how, code), (how, result.ExitCode));
                Assert.StartsWith("before 2\nshadowvm: ", result.Console);
                Assert.Contains(sentence, result.Console);
            }
        }
    }

    [Fact]
    public void Replies_that_make_no_sense_break_nothing()
    {
        var engine = new EngineSettings { Background = false, WarmUp = 0 };
        for (var seed = 1; seed <= 12; seed++)
        {
            var chance = new Random(seed);
            using var machine = ProgramWorld.Machine("riscv", "calls", 50_000, engine, []);
            DeviceInput[] batch = [];
            for (var clock = InstructionClock.First; machine.Epoch < 150; clock = InstructionClock.Next(machine, batch.Length != 0))
            {
                machine.BeginEpoch(batch, clock);
                machine.RunEpoch();
                machine.Digest();
                if (machine.ExitCode is not null) break;
                batch = [.. machine.Outputs.ToArray().Where(output => output.Device == 1).Select(output => Nonsense(output, chance))];
            }
        }
    }

    private static DeviceInput Nonsense(DeviceOutput output, Random chance)
    {
        Assert.True(FileRequest.TryDecode(output.Kind, output.Data, out var request));
        var data = new byte[chance.Next(3) == 0 ? request.Count : chance.Next(300)];
        chance.NextBytes(data);
        var value = chance.Next(3) == 0 ? chance.NextInt64(long.MinValue, long.MaxValue) : chance.Next(-2, 100_000);
        var error = chance.Next(4) == 0 ? (Errno)chance.Next((int)Errno.ESTALE + 1) : Errno.None;
        return new FileReply(request.Id, error, value, data).ToInput(output.Device);
    }

    private static ProgramResult Run(
        ProgramWorld world, string target, string program, EngineSettings engine, long length, params string[] arguments)
    {
        using var primary = ProgramWorld.Machine(target, program, length, Reference, arguments);
        using var backup = ProgramWorld.Machine(target, program, length, engine, arguments);
        return world.Run(primary, backup);
    }
}

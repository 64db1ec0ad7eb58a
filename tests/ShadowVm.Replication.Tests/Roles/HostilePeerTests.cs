using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Tests.Frames;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>Whatever frames come in whatever order: no peer can break an invariant or make a role emit.</summary>
public class HostilePeerTests
{
    private const int Rounds = 3000;

    private ulong _state;

    [Fact]
    public void Backup_stands_any_frames()
    {
        for (var round = 1; round <= Rounds; round++)
        {
            _state = (ulong)round;
            var actions = new RecordedActions();
            var role = round % 2 == 0 ? ShadowingBackup(actions) : Backup(actions);
            role.OnConnected();
            for (var i = 0; i < 30; i++)
            {
                role.OnFrame(AnyFrame());
                if (actions.Of<Configure>().Length == 1 && Below(4) == 0) role.OnConfigured(Initial);
            }

            Assert.Empty(actions.Released);
            Assert.Empty(actions.Of<TakeOverOrder>());
            Assert.InRange(actions.Of<Ended>().Length, 0, 1);
            Assert.InRange(actions.Of<AskArbiter>().Length, 0, 1);
        }
    }

    [Fact]
    public void Primary_stands_any_frames_and_lets_out_only_what_is_acknowledged()
    {
        for (var round = 1; round <= Rounds; round++)
        {
            _state = (ulong)round;
            var actions = new RecordedActions();
            var role = round % 2 == 0 ? ProtectedPrimary(actions) : Primary(actions);
            if (round % 2 != 0) role.OnConnected();
            var ended = 0UL;
            var acknowledged = 0UL;
            for (var i = 0; i < 30; i++)
            {
                if (actions.States.Contains(ReplicaState.Protected) || round % 2 == 0)
                {
                    ended++;
                    role.OnEpochEnded(Report(ended, [Free(ended, ended)]));
                }

                var frame = AnyFrame();
                if (frame is Acknowledge acknowledge && acknowledge.Received <= ended)
                {
                    acknowledged = Math.Max(acknowledged, acknowledge.Received);
                }

                role.OnFrame(frame);
                Assert.All(actions.Released, number => Assert.True(number <= acknowledged));
            }

            Assert.InRange(actions.Of<Ended>().Length, 0, 1);
            Assert.InRange(actions.Of<AskArbiter>().Length, 0, 1);
        }
    }

    private Frame AnyFrame() => Below(12) switch
    {
        0 => HelloOfPrimary(),
        1 => HelloOfBackup(),
        2 => new ConfigurationPart((uint)Below(3), (uint)Below(5), new byte[Below(5)]),
        3 => new Ready(Below(2) == 0 ? Initial : default),
        4 or 5 => End(Below(5)),
        6 or 7 => new InterruptFrame(Below(4), 1, Below(2) == 0, Below(2) == 0, new byte[Below(3)]),
        8 or 9 => new Acknowledge(Below(6), Below(6), Below(1000)),
        10 => new ReleasedThrough(Below(2) == 0 ? ulong.MaxValue : Below(9)),
        _ => Examples.All[(int)Below((ulong)Examples.All.Length)],
    };

    private ulong Below(ulong bound)
    {
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return (_state >> 33) % bound;
    }
}

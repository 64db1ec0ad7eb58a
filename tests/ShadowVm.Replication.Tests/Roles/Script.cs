using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Roles;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>Short words for what happens to a role.</summary>
internal static class Script
{
    public const string Build = "0.1.0";

    public static readonly Guid Pair = new("00112233-4455-6677-8899-aabbccddeeff");

    public static readonly Digest Initial = new(100, 200);

    public static readonly ClockPair FirstClock = new(0, 1000);

    public static readonly byte[] Configuration = [1, 2, 3, 4];

    public static PrimaryRole Primary(
        RecordedActions actions, RoleSettings? settings = null, byte[]? configuration = null) =>
        new(settings ?? new RoleSettings(), new PairIdentity(Pair, Build), configuration ?? Configuration, Initial,
            FirstClock, actions);

    /// <summary>A primary whose guest may run, with a backup that has just become ready.</summary>
    public static PrimaryRole ProtectedPrimary(RecordedActions actions, RoleSettings? settings = null)
    {
        var role = Primary(actions, settings);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        role.OnFrame(new Ready(Initial));
        actions.Forget();
        return role;
    }

    public static BackupRole Backup(RecordedActions actions, RoleSettings? settings = null) =>
        new(settings ?? new RoleSettings(), Build, actions);

    /// <summary>A backup whose guest is built and waits for the end of epoch 1.</summary>
    public static BackupRole ShadowingBackup(RecordedActions actions, RoleSettings? settings = null)
    {
        var role = Backup(actions, settings);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        role.OnFrame(new ConfigurationPart(0, 4, Configuration));
        role.OnConfigured(Initial);
        actions.Forget();
        return role;
    }

    public static Hello HelloOfBackup(string build = Build, uint version = Hello.CurrentVersion) =>
        new(true, version, build, Guid.Empty, 0, default);

    public static Hello HelloOfPrimary(string build = Build, uint version = Hello.CurrentVersion, ulong generation = 1) =>
        new(false, version, build, Pair, generation, FirstClock);

    /// <summary>What an executor says at the end of an epoch of 100 instructions.</summary>
    public static EpochReport Report(ulong epoch, Output[]? outputs = null, Interrupt[]? batch = null) => new()
    {
        Epoch = epoch,
        Instructions = 100 * epoch,
        Digest = DigestOf(epoch),
        Outputs = outputs ?? [],
        Batch = batch ?? [],
        NextClock = ClockOf(epoch + 1),
    };

    /// <summary>What a primary says at the end of that epoch.</summary>
    public static EndOfEpoch End(ulong epoch, int? exitCode = null, bool wanted = true) =>
        new(epoch, 100 * epoch, DigestOf(epoch), ClockOf(epoch + 1), exitCode, wanted);

    public static Digest DigestOf(ulong epoch) => new(epoch, epoch + 1000);

    public static ClockPair ClockOf(ulong epoch) => epoch == 1 ? FirstClock : new ClockPair(epoch * 10_000, epoch);

    /// <summary>A console line, say.</summary>
    public static Output Free(ulong number, ulong epoch, int bytes = 1) => new(number, epoch, 1, false, new byte[bytes]);

    /// <summary>An operation on a connection.</summary>
    public static Output Bound(ulong number, ulong epoch) => new(number, epoch, 2, true, [(byte)number]);

    /// <summary>A completion, say.</summary>
    public static Interrupt BoundInterrupt(ulong epoch, byte data = 0) => new(epoch, 2, true, [data]);

    /// <summary>Console input, say.</summary>
    public static Interrupt FreeInterrupt(ulong epoch, byte data = 0) => new(epoch, 1, false, [data]);

    public static InterruptFrame ToFrame(Interrupt interrupt) =>
        new(interrupt.Epoch, interrupt.Class, interrupt.Bound, false, interrupt.Data);

    public static Acknowledge Acknowledged(ulong received, ulong executed) => new(received, executed, 100 * executed);
}

using ShadowVm.Host.Channel;
using ShadowVm.Host.Replica;
using ShadowVm.Replication;
using ShadowVm.Replication.Roles;

namespace ShadowVm.Host.LifeCycle;

/// <summary>
/// The replica that starts as backup: it tries until a primary listens, builds the guest from what the primary sends,
/// follows it one epoch behind, and goes on in its place.
/// </summary>
public static class Backup
{
    private const int RetryMilliseconds = 100;

    /// <summary>Runs the replica to its end.</summary>
    /// <param name="options">Options.</param>
    /// <param name="stop">An operator's stop: the pair ends at a boundary.</param>
    /// <returns>How it ended; the exit code is the guest's, 130 after a stop.</returns>
    /// <exception cref="HostException">Something that it was given can't be used.</exception>
    public static RoleOutcome Run(BackupOptions options, CancellationToken stop)
    {
        Endpoint.RequirePermitted(options.Primary, options.InsecurePlaintext);
        using var parts = new ReplicaParts(options);
        // Until the configuration has come: patient, and no slower to say that it lives than any setting asks for.
        var greeting = new RoleSettings { HeartbeatMilliseconds = 10, TimeoutMilliseconds = 10_000 };
        parts.Role.Attach(new BackupRole(greeting, options.Build, parts.Role), executor: null);
        new Thread(() =>
        {
            if (TcpConnectingEnd.Connect(options.Primary, RetryMilliseconds, stop) is { } socket) parts.Connect(socket);
        })
        { IsBackground = true, Name = "shadowvm connector" }.Start();
        return parts.Run(stop);
    }
}

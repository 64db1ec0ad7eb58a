using ShadowVm.Host.Arbitration;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Channel;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.Replica;
using ShadowVm.Replication.Roles;

namespace ShadowVm.Host.LifeCycle;

/// <summary>The replica that starts as primary: it waits for a backup before the guest's first instruction.</summary>
public static class Primary
{
    /// <summary>Runs the replica to its end.</summary>
    /// <param name="options">Options.</param>
    /// <param name="stop">An operator's stop: the pair ends at a boundary.</param>
    /// <returns>How it ended; the exit code is the guest's, 130 after a stop.</returns>
    /// <exception cref="HostException">Something that it was given can't be used.</exception>
    public static RoleOutcome Run(PrimaryOptions options, CancellationToken stop)
    {
        Endpoint.RequirePermitted(options.Listen, options.InsecurePlaintext);
        var configuration = Complete(options);
        var solo = configuration.Role.Solo;
        using var end = solo ? null : new TcpListeningEnd(options.Listen);
        var encoded = ConfigurationCodec.Encode(configuration);
        using var parts = new ReplicaParts(options);
        var (executor, initial, firstClock) = parts.Build(configuration);
        parts.OpenBackends();
        var identity = new PairIdentity(configuration.Pair, options.Build);
        parts.Role.Attach(
            new PrimaryRole(configuration.Role, identity, encoded, initial, firstClock, parts.Role), executor);
        executor.Start(primary: true);
        if (end is not null) AcceptAll(end, options, parts);
        return parts.Run(stop);
    }

    /// <summary>What only the primary itself knows.</summary>
    private static PairConfiguration Complete(PrimaryOptions options)
    {
        foreach (var disk in options.Disks) DiskFile.Prepare(disk);
        return options.Configuration with
        {
            Primary = ProcessIdentity.Current,
            Disks = [.. options.Disks.Select(d => new DiskName(d.Name, DiskIdentity.Leave(d)))],
            Protected = true,
            FilesIdentity = options.Files.Root is { } root ? DiskIdentity.LeaveInFolder(root) : "",
            ConsoleRelay = options.Console.Relay is not null,
        };
    }

    /// <summary>A backup that doesn't fit may be followed by one that does; a second beside it is refused.</summary>
    private static void AcceptAll(TcpListeningEnd end, PrimaryOptions options, ReplicaParts parts)
    {
        options.Observer.Listening(end.LocalEndpoint);
        new Thread(() =>
        {
            while (end.Accept() is { } socket) parts.Connect(socket);
        })
        { IsBackground = true, Name = "shadowvm listener" }.Start();
    }
}

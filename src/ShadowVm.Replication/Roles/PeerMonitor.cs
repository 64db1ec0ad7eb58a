using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Roles;

/// <summary>
/// The fault monitor's half that time feeds: sends heartbeats and says when the peer has been silent for too long.
/// </summary>
internal sealed class PeerMonitor(RoleSettings settings, IRoleActions actions)
{
    // Longer than a tick takes on a replica that wasn't stopped, however short the timeout is.
    private const int StoppedMilliseconds = 50;

    private long _now;
    private long _lastHeard;
    private long _lastSent;
    private bool _heard;
    private bool _watching;

    /// <summary>Times between heartbeats and until the peer counts as lost.</summary>
    public RoleSettings Settings { get; set; } = settings;

    /// <summary>Milliseconds as the last tick said.</summary>
    public long Now => _now;

    /// <summary>Begins to watch a new channel.</summary>
    public void Watch()
    {
        _watching = true;
        _heard = true;
        _lastSent = _now;
    }

    /// <summary>The channel is gone.</summary>
    public void Rest() => _watching = false;

    /// <summary>A frame came.</summary>
    public void Heard() => _heard = true;

    /// <summary>Time goes on; true where the peer has been silent for too long.</summary>
    public bool Tick(long now, ulong epoch, ulong instructions)
    {
        // A replica that was itself stopped for a while has not listened: what came meanwhile is still to be read.
        if (now - _now > Math.Max(Settings.TimeoutMilliseconds / 2, StoppedMilliseconds)) _heard = true;
        _now = now;
        if (_heard) _lastHeard = now;
        _heard = false;
        if (!_watching) return false;
        if (now - _lastSent >= Settings.HeartbeatMilliseconds)
        {
            _lastSent = now;
            actions.Send(new Heartbeat(epoch, instructions), flush: true);
        }

        return now - _lastHeard > Settings.TimeoutMilliseconds;
    }
}

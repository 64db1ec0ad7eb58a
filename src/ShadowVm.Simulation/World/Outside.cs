using ShadowVm.Machine.Channel;
using ShadowVm.Replication;

namespace ShadowVm.Simulation.World;

/// <summary>A write that has reached the disk's server.</summary>
/// <param name="Replica">Who sent it.</param>
/// <param name="Sector">First sector.</param>
/// <param name="Content">Hash of its bytes.</param>
internal sealed record Submitted(int Replica, ulong Sector, ulong Content);

/// <summary>A console output that the relay has passed on.</summary>
internal sealed record Printed(int Replica, ulong Number, ulong Content);

/// <summary>
/// The disk and the console's relay. Writes lie in flight for any time and land even after their writer has died; the
/// fence settles them. Connections break, requests and completions get lost.
/// </summary>
internal sealed class Outside(Schedule schedule, Chance chance, Trace trace, bool accidents, List<string> violations)
{
    private const long LongFlight = 400_000;

    private readonly List<Flight> _flights = [];
    private readonly Dictionary<(int Replica, uint Connection), bool> _open = [];
    private readonly long[] _lastArrival = [0, 0];
    private ulong _consoleGeneration;
    private ulong _lastPrinted;

    /// <summary>Sectors by number.</summary>
    public SortedDictionary<ulong, byte[]> Sectors { get; } = [];

    public List<Submitted> Submissions { get; } = [];

    public List<Printed> Lines { get; } = [];

    /// <summary>A disk request of a replica that may emit.</summary>
    public void Request(int replica, in ChannelRequest request, Action<ChannelReply> reply)
    {
        trace.Add(schedule.Now, 30 + (int)request.Kind, request.Connection, request.Sector);
        var key = (replica, request.Connection);
        switch (request.Kind)
        {
            case ChannelRequestKind.Connect:
                Connect(key, request, reply);
                break;
            case ChannelRequestKind.Close:
                Break(key);
                break;
            default:
                Transfer(key, request, reply);
                break;
        }
    }

    /// <summary>A console output; repeats are dropped by number, older generations refused.</summary>
    public void Print(int replica, ulong generation, Output output, Action released)
    {
        // A connection to the relay keeps its order; those of two replicas know nothing of each other.
        var arrival = Math.Max(_lastArrival[replica], schedule.Now + chance.Between(10, 400));
        _lastArrival[replica] = arrival;
        schedule.At(arrival, () =>
        {
            if (generation < _consoleGeneration) return;
            _consoleGeneration = generation;
            var content = Trace.Of(output.Data);
            if (output.Number > _lastPrinted)
            {
                _lastPrinted = output.Number;
                Lines.Add(new Printed(replica, output.Number, content));
            }
            else if (Lines.Find(line => line.Number == output.Number) is { } line && line.Content != content)
            {
                violations.Add($"console output {output.Number} was repeated with other bytes");
            }

            released();
        });
    }

    /// <summary>What the fenced replica has in flight is settled: it lands now, or never.</summary>
    public void Fence(int replica)
    {
        foreach (var flight in _flights.Where(flight => flight.Replica == replica).ToArray()) Settle(flight);
        foreach (var key in _open.Keys.Where(key => key.Replica == replica).ToArray()) _open[key] = false;
    }

    private void Connect((int, uint) key, in ChannelRequest request, Action<ChannelReply> reply)
    {
        _open[key] = true;
        var connection = request.Connection;
        schedule.After(chance.Between(100, 1500), () =>
        {
            if (!IsOpen(key)) return;
            if (accidents && chance.OneIn(12))
            {
                Break(key);
                reply(ChannelReply.Disconnected(connection));
            }
            else
            {
                reply(ChannelReply.Connected(connection, 1 << 20));
            }
        });
        if (accidents && chance.OneIn(6)) schedule.After(chance.Between(2_000, 40_000), () => Cut(key, reply));
    }

    private void Transfer((int Replica, uint Connection) key, in ChannelRequest request, Action<ChannelReply> reply)
    {
        var (tag, sector, data) = (request.Tag, request.Sector, request.Data.ToArray());
        if (request.Kind == ChannelRequestKind.Write) Submissions.Add(new Submitted(key.Replica, sector, Trace.Of(data)));
        if (!IsOpen(key)) return; // its connection is gone; the disconnect is on its way
        var flight = new Flight(key.Replica, key.Connection, request.Kind == ChannelRequestKind.Write, sector, data);
        _flights.Add(flight);
        var (count, isRead) = (request.Count, request.Kind == ChannelRequestKind.Read);
        var lost = accidents && chance.OneIn(40);
        schedule.After(FlightTime(), () =>
        {
            if (!_flights.Contains(flight)) return;
            if (!lost || chance.OneIn(2)) Land(flight); // a lost request never lands, a lost completion does
            if (lost)
            {
                schedule.After(chance.Between(500, 3000), () => Cut(key, reply));
                return;
            }

            var read = isRead ? Read(sector, count) : [];
            schedule.After(chance.Between(50, 800), () =>
            {
                if (IsOpen(key)) reply(ChannelReply.Completed(key.Connection, tag, OperationStatus.Done, read));
            });
        });
    }

    private long FlightTime() => chance.OneIn(15) ? chance.Below(LongFlight) : chance.Between(200, 4000);

    /// <summary>The backend loses a connection while its replica lives: an ordinary disconnect.</summary>
    private void Cut((int Replica, uint Connection) key, Action<ChannelReply> reply)
    {
        if (!IsOpen(key)) return;
        Break(key);
        reply(ChannelReply.Disconnected(key.Connection));
    }

    private void Break((int Replica, uint Connection) key)
    {
        _open[key] = false;
        foreach (var flight in _flights.Where(f => f.Replica == key.Replica && f.Connection == key.Connection).ToArray())
        {
            Settle(flight);
        }
    }

    private bool IsOpen((int, uint) key) => _open.TryGetValue(key, out var open) && open;

    private void Settle(Flight flight)
    {
        if (chance.OneIn(2)) Land(flight);
        _flights.Remove(flight);
    }

    private void Land(Flight flight)
    {
        _flights.Remove(flight);
        if (!flight.IsWrite) return;
        trace.Add(schedule.Now, 40, flight.Sector, Trace.Of(flight.Data));
        for (var i = 0; i < flight.Data.Length; i += ChannelRegisters.SectorBytes)
        {
            Sectors[flight.Sector + (ulong)(i / ChannelRegisters.SectorBytes)] =
                flight.Data[i..(i + ChannelRegisters.SectorBytes)];
        }
    }

    private byte[] Read(ulong sector, uint count)
    {
        var data = new byte[count * ChannelRegisters.SectorBytes];
        for (var i = 0u; i < count; i++)
        {
            if (Sectors.TryGetValue(sector + i, out var content)) content.CopyTo(data, i * ChannelRegisters.SectorBytes);
        }

        return data;
    }

    private sealed record Flight(int Replica, uint Connection, bool IsWrite, ulong Sector, byte[] Data);
}

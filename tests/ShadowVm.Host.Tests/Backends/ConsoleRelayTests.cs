using System.Net;
using System.Text;
using ShadowVm.Host.Backends;
using ShadowVm.Machine;

namespace ShadowVm.Host.Tests.Backends;

public sealed class ConsoleRelayTests : IDisposable
{
    private readonly Guid _pair = Guid.NewGuid();
    private readonly StringBuilder _text = new();
    private readonly List<string> _reports = [];
    private readonly BackendHost _host = new();
    private readonly ConsoleRelay _relay;

    public ConsoleRelayTests() => _relay = new ConsoleRelay(
        new IPEndPoint(IPAddress.Loopback, 0),
        bytes => _text.Append(Encoding.UTF8.GetString(bytes.Span)),
        _reports.Add);

    public void Dispose() => _relay.Dispose();

    [Fact]
    public void Outputs_get_out_in_order_and_are_reported_released()
    {
        using var console = Replica(1);
        for (ulong i = 1; i <= 100; i++) Say(console, i * 2, $"{i} ");
        Assert.True(console.Drain(5000));
        Assert.Equal(string.Concat(Enumerable.Range(1, 100).Select(i => $"{i} ")), _text.ToString());
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (ulong)i * 2), _host.ReleasedNumbers);
        Assert.Equal(0, console.PendingBytes);
    }

    [Fact]
    public void A_survivor_repeats_and_nothing_stands_twice()
    {
        using (var first = Replica(1))
        {
            Say(first, 1, "one ");
            Say(first, 2, "two ");
            Assert.True(first.Drain(5000));
        }

        using var second = Replica(2);
        Say(second, 2, "two ");
        Say(second, 3, "three");
        Assert.True(second.Drain(5000));
        Assert.Equal("one two three", _text.ToString());
        Assert.Equal((1L, 0L), (_relay.Repeats, _relay.Differing));
        Assert.Equal(new ulong[] { 1, 2, 2, 3 }, _host.ReleasedNumbers);
    }

    [Fact]
    public void An_older_generation_is_refused_before_and_after_it_said_hello()
    {
        using var old = Replica(1);
        Say(old, 1, "a");
        Assert.True(old.Drain(5000));
        using var survivor = Replica(2);
        Say(survivor, 2, "b");
        Assert.True(survivor.Drain(5000));
        Say(old, 3, "never");
        Eventually.True(() => !_host.Troubles.IsEmpty, "the refusal");
        using var late = Replica(1);
        Eventually.True(() => _host.Troubles.Count == 2, "the second refusal");
        Assert.All(_host.Troubles, t => Assert.Contains("is fenced", t));
        Assert.Equal("ab", _text.ToString());
        Assert.DoesNotContain(3UL, _host.ReleasedNumbers);
    }

    [Fact]
    public void A_repeat_with_other_bytes_is_reported()
    {
        using var console = Replica(1);
        Say(console, 1, "yes");
        Say(console, 1, "no");
        Eventually.True(() => _relay.Differing == 1, "the report");
        Assert.Equal("yes", _text.ToString());
        Assert.Contains("Output 1", Assert.Single(_reports));
    }

    [Fact]
    public void Another_pair_is_refused()
    {
        using var ours = Replica(1);
        Say(ours, 1, "x");
        Assert.True(ours.Drain(5000));
        using var other = new RelayConsole(0, 1, _relay.Endpoint, Guid.NewGuid(), _host);
        other.Open(9);
        Eventually.True(() => !_host.Troubles.IsEmpty, "the refusal");
        Assert.Contains("another pair", _host.Troubles.First());
    }

    [Fact]
    public void Input_goes_to_the_newest_and_waits_for_the_first()
    {
        _relay.Input("early "u8);
        using var first = Replica(1);
        Assert.Equal("early ", Encoding.UTF8.GetString(_host.Next().Data));
        using var second = Replica(2);
        Say(second, 1, "hello");
        Assert.True(second.Drain(5000));
        _relay.Input("late"u8);
        var input = _host.Next();
        Assert.Equal((0, false, "late"), (input.Device, input.Bound, Encoding.UTF8.GetString(input.Data)));
    }

    [Fact]
    public void A_relay_that_is_not_there_is_one_sentence()
    {
        var endpoint = _relay.Endpoint;
        _relay.Dispose();
        using var console = new RelayConsole(0, 1, endpoint, _pair, _host);
        Assert.Contains($"{endpoint}", Assert.Throws<HostException>(() => console.Open(1)).Message);
    }

    [Fact]
    public void The_ledger_forgets_the_oldest_but_never_lets_a_number_out_twice()
    {
        var ledger = new RelayLedger();
        Assert.True(ledger.TryEnter(1));
        for (ulong i = 1; i <= RelayLedger.Remembered + 10; i++)
        {
            Assert.Equal(RelayVerdict.New, ledger.Judge(1, i, [(byte)i]));
        }

        Assert.Equal(RelayVerdict.Repeat, ledger.Judge(1, 3, [99]));
        Assert.Equal(RelayVerdict.Differs, ledger.Judge(1, 50, [99]));
        Assert.True(ledger.TryEnter(2));
        Assert.False(ledger.TryEnter(1));
        Assert.Equal(RelayVerdict.Fenced, ledger.Judge(1, 1 << 20, []));
    }

    [Fact]
    public void A_plain_stream_takes_all_and_a_broken_one_stops_nobody()
    {
        var stream = new MemoryStream();
        using (var console = new ConsoleBackend(0, 1, stream, () => new MemoryStream([1, 2, 3]), _host))
        {
            Assert.True(console.MayRaise);
            console.Open(1);
            Assert.Equal([1, 2, 3], _host.Next().Data);
            Eventually.True(() => !console.MayRaise, "the input's end");
            console.Release(new DeviceOutput(1, 0, 1, false, "hi"u8.ToArray()));
            Assert.True(console.Drain(5000));
            Assert.Equal("hi"u8.ToArray(), stream.ToArray());
        }

        stream.Dispose();
        using var broken = new ConsoleBackend(0, 1, stream, null, _host);
        broken.Release(new DeviceOutput(2, 0, 1, false, [1]));
        broken.Release(new DeviceOutput(3, 0, 1, false, [1]));
        Assert.True(broken.Drain(5000));
        Assert.Single(_host.Troubles);
        Assert.Equal(new ulong[] { 1, 2, 3 }, _host.ReleasedNumbers);
    }

    private static void Say(RelayConsole console, ulong number, string text) =>
        console.Release(new DeviceOutput(number, 0, 1, false, Encoding.UTF8.GetBytes(text)));

    private RelayConsole Replica(ulong generation)
    {
        var console = new RelayConsole(0, 1, _relay.Endpoint, _pair, _host);
        console.Open(generation);
        return console;
    }
}

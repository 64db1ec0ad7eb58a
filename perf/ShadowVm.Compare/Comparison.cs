namespace ShadowVm.Compare;

/// <summary>Runs each program on each peer in turn, round by round, and keeps what was measured.</summary>
/// <param name="peers">Whom to run them on.</param>
/// <param name="programs">What to run.</param>
internal sealed class Comparison(Peer[] peers, Workload[] programs)
{
    private readonly Dictionary<(string Program, string Peer), List<Measured>> _runs = [];
    private readonly Dictionary<Work, string> _lines = [];

    public Peer[] Peers => peers;

    public Workload[] Programs => programs;

    /// <summary>Peers that can run the hello guest.</summary>
    public IEnumerable<Peer> Starting => peers.Where(peer => peer.Kind is PeerKind.ShadowVm or PeerKind.Emulator);

    /// <summary>Rounds that were finished.</summary>
    public int Rounds { get; private set; }

    /// <summary>Runs that a round has.</summary>
    public int RunsPerRound => (programs.Length * peers.Length) + Starting.Count();

    /// <summary>One round; neighbours in time are the same program on different peers, so that they meet the same noise.</summary>
    /// <param name="says">Called before each run with what comes.</param>
    /// <param name="cancel">Ends the running program.</param>
    public async Task Round(Action<string> says, CancellationToken cancel)
    {
        foreach (var peer in Starting) await Run(Workload.StartUp, peer, says, cancel);
        foreach (var program in programs)
        {
            foreach (var peer in peers) await Run(peer.WorkOf(program), peer, says, cancel);
        }

        Rounds++;
    }

    /// <summary>One number per finished round.</summary>
    public Sample Cpu(string program, Peer peer) => new(Runs(program, peer).Select(run => run.Cpu));

    /// <summary>Wall-clock seconds, one number per finished round.</summary>
    public Sample Wall(string program, Peer peer) => new(Runs(program, peer).Select(run => run.Wall));

    /// <summary>How many times faster the one is than the other, whole processes, one number per round.</summary>
    public Sample Speed(string program, Peer of, Peer over) => Cpu(program, over).Over(Cpu(program, of));

    /// <summary>The same per guest instruction and with start-up taken off: for peers that did different work.</summary>
    public Sample SpeedPerInstruction(Workload program, Peer of, Peer over) =>
        PerInstruction(program, over).Over(PerInstruction(program, of));

    private Sample PerInstruction(Workload program, Peer peer) =>
        Cpu(program.Name, peer).Minus(Cpu(Workload.StartUp.Program, peer)).Scaled(1 / peer.WorkOf(program).Instructions);

    private IEnumerable<Measured> Runs(string program, Peer peer) => _runs[(program, peer.Name)].Take(Rounds);

    private async Task Run(Work work, Peer peer, Action<string> says, CancellationToken cancel)
    {
        says($"{work.Program} on {peer.Name}");
        var (program, arguments) = peer.Command(work);
        var measured = await Measured.Run(program, arguments, cancel);
        var line = LineOf(work, measured.Output);
        if (measured.Output != line)
        {
            throw new CompareException($"{work.Program} printed '{measured.Output}' on {peer.Name}; '{line}' is right");
        }

        if (!_runs.TryGetValue((work.Program, peer.Name), out var list)) _runs.Add((work.Program, peer.Name), list = []);
        list.Add(measured);
    }

    // Where no table has what a program prints, all peers must print the same: what the first one did.
    private string LineOf(Work work, string output)
    {
        if (work.Line is { } known) return known;
        if (_lines.TryGetValue(work, out var line)) return line;
        line = output.StartsWith(work.Program + ": ", StringComparison.Ordinal) ? output : work.Program + ": and its checksum";
        _lines.Add(work, line);
        return line;
    }
}

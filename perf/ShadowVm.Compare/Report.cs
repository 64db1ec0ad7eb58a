using System.Globalization;

namespace ShadowVm.Compare;

/// <summary>The tables that a comparison ends with.</summary>
internal static class Report
{
    public static IEnumerable<ResultTable> Tables(Comparison comparison)
    {
        yield return Seconds(
            comparison,
            $"Processor seconds (user and system) of the whole process, median of {comparison.Rounds} (least–most)",
            (program, peer) => comparison.Cpu(program, peer).WithSpread());
        yield return Seconds(comparison, "Wall-clock seconds, median", (program, peer) => comparison.Wall(program, peer).Text());
        var whole = comparison.Peers.Where(peer => !peer.Reduced).ToArray();
        foreach (var tier in whole.Where(peer => peer.Kind == PeerKind.ShadowVm))
        {
            var others = whole.Where(peer => peer != tier).ToArray();
            if (others.Length == 0) continue;
            yield return Ratios(
                comparison,
                $"Speed of ShadowVm, tier {tier.Name}, as a multiple of each peer's (more is better), whole process",
                [.. others.Select(peer => "over " + peer.Name)],
                program => [.. others.Select(peer => comparison.Speed(program.Name, tier, peer))]);
        }

        if (Array.Find(comparison.Peers, peer => peer.Reduced) is { } reference
            && whole.Where(peer => peer.Kind == PeerKind.ShadowVm).ToArray() is { Length: > 0 } tiers)
        {
            yield return Ratios(
                comparison,
                $"Speed of ShadowVm's tiers as a multiple of {reference.Name}'s, per guest instruction, start-up taken off",
                [.. tiers.Select(tier => tier.Name)],
                program => [.. tiers.Select(tier => comparison.SpeedPerInstruction(program, tier, reference))]);
        }

        if (Array.Find(whole, peer => peer.Kind == PeerKind.Native) is { } native
            && whole.Where(peer => peer != native).ToArray() is { Length: > 0 } slower)
        {
            yield return Ratios(
                comparison,
                $"Time as a multiple of {native.Name}'s (less is better), whole process",
                [.. slower.Select(peer => peer.Name)],
                program => [.. slower.Select(peer => comparison.Speed(program.Name, native, peer))]);
        }
    }

    private static ResultTable Seconds(Comparison comparison, string title, Func<string, Peer, string> cell)
    {
        var table = new ResultTable(
            title,
            textual: false,
            ["program", "10⁶ instructions", .. comparison.Peers.Select(peer => peer.Reduced ? $"{peer.Name}, 1/100" : peer.Name)]);
        table.Add(["start-up (hello)", "0", .. comparison.Peers.Select(peer =>
            comparison.Starting.Contains(peer) ? cell(Workload.StartUp.Program, peer) : "")]);
        foreach (var program in comparison.Programs)
        {
            var instructions = (program.Full.Instructions / 1e6).ToString("0", CultureInfo.InvariantCulture);
            table.Add([program.Name, instructions, .. comparison.Peers.Select(peer => cell(program.Name, peer))]);
        }

        return table;
    }

    private static ResultTable Ratios(Comparison comparison, string title, string[] heads, Func<Workload, Sample[]> samples)
    {
        var table = new ResultTable(title, textual: false, ["program", .. heads]);
        var rows = comparison.Programs.Select(samples).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            table.Add([comparison.Programs[i].Name, .. rows[i].Select(sample => sample.WithSpread())]);
        }

        table.Add(["geometric mean", .. heads.Select((_, i) =>
            Sample.GeometricMean([.. rows.Select(row => row[i])]).WithSpread())]);
        return table;
    }
}

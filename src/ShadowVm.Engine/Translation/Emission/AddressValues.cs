using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// What registers hold on the way through a node, as far as addresses go: a value without a name but a number, and a constant
/// distance from it. The sum of two values is a value that is found again.
/// </summary>
/// <param name="isLow">
/// Whether all of RAM has addresses of 32 bits. Narrower sums than of 64 bits may wrap, and do so to somewhere else than a check
/// is made for; where there is RAM at neither place, that doesn't matter.
/// </param>
internal sealed class AddressValues(bool isLow)
{
    // Sums of values with themselves double the distance: far from this, no sum of two of them or a width overflows.
    private const long DistanceMax = 1L << 40;

    private readonly Dictionary<int, (int Id, long Distance)> _slots = [];
    private readonly Dictionary<(int, int), int> _sums = [];
    private readonly int _widthMin = isLow ? 32 : 64;
    private int _next;

    /// <summary>
    /// What an expression of an instruction comes to before the instruction; null where that is no sum, or too far from its
    /// value.
    /// </summary>
    public (int Id, long Distance)? Of(Specialized instruction, Node n) =>
        Sum(instruction, n) is { Distance: > -DistanceMax and < DistanceMax } value ? value : null;

    private (int Id, long Distance)? Sum(Specialized instruction, Node n)
    {
        switch (n.Op)
        {
            case Op.Register when n.Width >= _widthMin:
                if (!_slots.TryGetValue(n.Index, out var value)) _slots.Add(n.Index, value = (_next++, 0));
                return value;

            case Op.Add when n.Width >= _widthMin && Fold.IsConst(n.B!):
                {
                    var distance = Fold.Value(n.B!);
                    var by = n.Width == 32 ? (int)distance : (long)distance;
                    if (by is <= -DistanceMax or >= DistanceMax) return null;
                    return Of(instruction, n.A!) is { } from ? (from.Id, from.Distance + by) : null;
                }

            case Op.Add when n.Width >= _widthMin:
                {
                    if (Of(instruction, n.A!) is not { } a || Of(instruction, n.B!) is not { } b) return null;
                    var pair = (Math.Min(a.Id, b.Id), Math.Max(a.Id, b.Id));
                    if (!_sums.TryGetValue(pair, out var sum)) _sums.Add(pair, sum = _next++);
                    return (sum, a.Distance + b.Distance);
                }

            case Op.Local:
                // What sets it on some paths alone doesn't say what it is.
                var setters = 0;
                instruction.Visit(each => setters += each.Op == Op.SetLocal && each.Index == n.Index ? 1 : 0);
                var setter = Array.Find(instruction.Steps, step => step.Op == Op.SetLocal && step.Index == n.Index);
                return setters == 1 && setter is not null ? Of(instruction, setter.A!) : null;

            default:
                return null;
        }
    }

    /// <summary>Goes over an instruction.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="isCertain">Whether it is carried out wherever the node is.</param>
    public void Pass(Specialized instruction, bool isCertain)
    {
        var written = new Dictionary<int, (int Id, long Distance)>();
        instruction.Visit(n =>
        {
            if (n.Op == Op.SetRegister) written[n.Index] = (_next++, 0);
        });
        foreach (var step in isCertain ? instruction.Steps : [])
        {
            if (step.Op != Op.SetRegister) continue;
            var times = 0;
            instruction.Visit(n => times += n.Op == Op.SetRegister && n.Index == step.Index ? 1 : 0);
            if (times == 1 && Of(instruction, step.A!) is { } value) written[step.Index] = value;
        }

        foreach (var (slot, value) in written) _slots[slot] = value;
    }
}

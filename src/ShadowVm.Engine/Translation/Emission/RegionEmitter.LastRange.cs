using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Paging;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>Which instructions of loops remember the range of pages that they last came to: a loop's turns share what one knows.</content>
internal sealed partial class RegionEmitter
{
    private readonly Dictionary<AccessPlace, LastRange> _lastRanges = [];
    private int _addends;

    protected override LastRange? LastRangeOf(Node access) => _lastRanges.GetValueOrDefault(PlaceOf(access));

    protected override int? NextAddendWord(Node access) =>
        // What goes on by additions has its address early, and can wait for the table.
        _shape.Trusts.Addends && !_shape.Steady.Contains(PlaceOf(access))
            ? EngineWords.Addends + (_addends++ % EngineWords.AddendsMax) : null;

    private AccessPlace PlaceOf(Node access) => new(_node.AddressOf(_index), SteadyAddresses.IndexOf(access, _node.Instructions[_index]));

    /// <summary>Nothing is remembered where the region is entered.</summary>
    private void EmitLastRanges()
    {
        foreach (var place in _shape.LastRanges)
        {
            var range = new LastRange(_lastRanges.Count);
            _lastRanges.Add(place, range);
            Keep(range.Entry, () =>
            {
                Il.LoadWord(EngineWords.Pages);
                Il.Const(TranslationSet.NoPageOffset);
                Il.Op(OpCodes.Add);
            });
            Keep(range.Misses, () => Il.Const(0));
        }
    }
}

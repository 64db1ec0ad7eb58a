using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Paging;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>Which instructions of loops remember the page that they last came to: the turns of a loop share what one knows.</content>
internal sealed partial class RegionEmitter
{
    private readonly Dictionary<AccessPlace, LastPage> _lastPages = [];
    private int _addends;

    protected override LastPage? LastPageOf(Node access) => _lastPages.GetValueOrDefault(PlaceOf(access));

    protected override int? NextAddendWord(Node access) =>
        // What goes on by additions has its address early, and can wait for the table.
        _shape.Trusts.Addends && !_shape.Trusts.Wandering.Contains(PlaceOf(access))
            ? EngineWords.Addends + (_addends++ % EngineWords.AddendsMax) : null;

    private AccessPlace PlaceOf(Node access) => new(_node.AddressOf(_index), SteadyAddresses.IndexOf(access, _node.Instructions[_index]));

    /// <summary>Nothing is remembered where the region is entered.</summary>
    private void EmitLastPages()
    {
        foreach (var place in _shape.LastPages)
        {
            var page = new LastPage(_lastPages.Count);
            _lastPages.Add(place, page);
            Keep(page.LoadTag, () => Il.Const((long)PageEntry.None));
            Keep(page.StoreTag, () => Il.Const((long)PageEntry.None));
            Keep(page.Misses, () => Il.Const(0));
        }
    }
}

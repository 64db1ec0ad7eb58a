using System.Collections.Concurrent;
using System.Collections.Immutable;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Listing;
using ShadowVm.Engine.Translation.Regions;

namespace ShadowVm.Engine.Translation.Blocks;

/// <content>
/// Regions: asked for where the guest is found again and again, made from the blocks that are there, and dropped with the
/// first of them that is.
/// </content>
internal sealed partial class TranslationCache
{
    // A region without a loop saves one jump for each of its blocks, and a block of another region is on its way to where
    // that one may be entered: neither is worth a region before so many times as many looks.
    private const int LooksOfOthers = 8;

    // So many times the instructions may a region have that goes on by computed jumps.
    private const int DispatchingFactor = 2;

    // So often ranges of pages are looked at for one access: it may go through several.
    private const int WidenedMax = 16;

    // Places that are looked at before all counts begin anew.
    private const int LooksMax = 1 << 16;

    private readonly Dictionary<CodeKey, Region> _regions = []; // by entry
    private readonly Dictionary<CodeKey, List<Region>> _regionsWith = []; // by block
    private readonly Dictionary<CodeKey, int> _looks = [];
    private readonly Dictionary<CodeKey, RegionTrust> _trusts = []; // of regions that were wrong
    private readonly Dictionary<AccessPlace, int> _widened = []; // how often more was found out about an access's ranges
    private ImmutableHashSet<AccessPlace> _wandering = []; // found in one region, true in all
    private readonly HashSet<CodeKey> _wanted = []; // blocks of regions that were asked for
    private readonly ConcurrentQueue<(MadeRegion Made, SlotTable Slots)> _madeRegions = new();
    private readonly HashSet<int> _links = []; // registers in which calls leave addresses
    private readonly HashSet<ulong> _named = []; // addresses that blocks go to by name
    private bool _makesRegion;

    /// <summary>The guest was found in a block.</summary>
    public void Seen(CodeKey key)
    {
        if (_regions.ContainsKey(key) || !_blocks.ContainsKey(key)) return;
        if (_looks.Count >= LooksMax) _looks.Clear();
        var looks = _looks.GetValueOrDefault(key) + 1;
        _looks[key] = looks;
        var isFirst = looks == _settings.RegionAfter && !_wanted.Contains(key);
        if (isFirst) AskRegion(key, choosesStart: true);
        else if (looks == LooksOfOthers * _settings.RegionAfter) AskRegion(key);
    }

    /// <summary>What a region takes for granted wasn't so.</summary>
    /// <param name="key">What it was made for.</param>
    /// <param name="what">What it was.</param>
    /// <param name="retired">Instructions that the guest has retired.</param>
    /// <param name="lastRanges">The words of <see cref="EngineWords.LastRanges"/>.</param>
    public void Odd(CodeKey key, HostExit what, ulong retired, ReadOnlySpan<ulong> lastRanges)
    {
        if (!_regions.TryGetValue(key, out var region) || region.Key != key) return;
        if (_trusts.Count >= LooksMax || _widened.Count >= LooksMax) ForgetTrusts();
        if (what == HostExit.OddPage ? !Wander(region.WanderingBy(lastRanges)) : !region.IsOddTooOften(what, retired)) return;
        var trusts = TrustsOf(key);
        _trusts[key] = what switch
        {
            HostExit.OddNumber when trusts.NoZeros => trusts with { NoZeros = false },
            HostExit.OddNumber => trusts with { Numbers = false },
            HostExit.OddGroup => trusts with { Groups = false },
            HostExit.OddFrame => trusts with { Addends = false },
            _ => trusts,
        };
        Drop(region);
        AskRegion(key);
    }

    /// <summary>Whether some accesses go by several ranges of pages, and no longer ones are found there.</summary>
    private bool Wander(IReadOnlyList<(AccessPlace Place, nint Entry)> accesses)
    {
        var known = accesses.Select(access => Translation!.KnownAround(access.Entry)).ToArray();
        for (var i = 0; i < accesses.Count; i++)
        {
            var (place, entry) = accesses[i];
            var times = _widened[place] = _widened.GetValueOrDefault(place) + 1;
            if (times <= WidenedMax) Translation!.Widen(entry);
            if (Translation!.KnownAround(entry) <= 2 * known[i]) _wandering = _wandering.Add(place);
        }

        // Another region may have found it before.
        return accesses.Any(access => _wandering.Contains(access.Place));
    }

    /// <summary>All regions.</summary>
    public IEnumerable<Region> Regions => _regions.Values.Distinct();

    /// <summary>What was made of the code at some addresses, translated once more to be read: regions first.</summary>
    public IEnumerable<TranslationListing> ListingsAt(ulong pc, ulong bytes)
    {
        foreach (var region in Regions.Where(region => region.Blocks.Any(Holds)))
        {
            // They are all there: a region goes with the first of its blocks.
            var blocks = region.Blocks.Select(key => _blocks[key].Code).ToArray();
            var listing = TranslationListing.OfRegion(_isa, blocks, _surroundings, TrustsOf(region.Key), region.Targets);
            if (listing is not null) yield return listing;
        }

        foreach (var block in _blocks.Values.Where(block => Holds(block.Key)))
        {
            if (TranslationListing.OfBlock(_isa, block.Code, _surroundings) is { } listing) yield return listing;
        }

        bool Holds(CodeKey key) => pc - key.Pc < (ulong)_blocks[key].Code.Bytes || key.Pc - pc < bytes;
    }

    private RegionTrust TrustsOf(CodeKey key) => _trusts.GetValueOrDefault(key, RegionTrust.Full) with { Wandering = _wandering };

    private nint EntryOf(CodeKey key) =>
        _regions.TryGetValue(key, out var region) ? region.Method.Entry : FindBlock(key);

    /// <summary>Asks for the region with the blocks that can be reached from one.</summary>
    /// <param name="key">That block, for which the region is made.</param>
    /// <param name="choosesStart">Whether it is rather made for the block with which that one's loop begins.</param>
    private void AskRegion(CodeKey key, bool choosesStart = false)
    {
        if (_makesRegion || _enqueued >= WaitingMax) return;
        _makesRegion = true;
        var blocks = Gather(key, out var targets);
        _makesRegion = false;
        if (blocks.Count == 1 && !blocks[0].Successors.Contains(key.Pc)) return;
        var needsLoop = !_trusts.ContainsKey(key) && _looks.GetValueOrDefault(key) < LooksOfOthers * _settings.RegionAfter;
        if (choosesStart && LoopStart.Of(blocks) is var start && !_regions.ContainsKey(start.Key))
        {
            blocks.Remove(start);
            blocks.Insert(0, start);
            key = start.Key;
        }

        var wanted = new WantedRegion(
            key, blocks.ToArray(), [.. blocks.Select(block => _versions[PageOf(block.Key)])], new JumpTargets(targets, _links.ToHashSet()));
        var (surroundings, slots) = (_surroundings, _slots);
        var trusts = TrustsOf(key);
        foreach (var block in blocks) _wanted.Add(block.Key);
        if (!_settings.Background)
        {
            if (Make(wanted, surroundings, needsLoop, trusts) is { } made) Install(made, slots);
            return;
        }

        TranslationWorker.Enqueue(() =>
        {
            if (Make(wanted, surroundings, needsLoop, trusts) is not { } made) return;
            _madeRegions.Enqueue((made, slots));
            Interlocked.Increment(ref _news);
        });
    }

    /// <summary>
    /// The blocks that can be reached from one, the nearest first. Where computed jumps may lead comes behind what branches name, and
    /// all of it or none: a region with some of it would be left at most jumps, and those that it lacks would get one each. None
    /// where it doesn't lead back to the first block but by a return: who calls an interpreter has other registers in use.
    /// </summary>
    /// <param name="key">That one.</param>
    /// <param name="targets">Of their addresses, those that computed jumps among them may lead to.</param>
    private List<Block> Gather(CodeKey key, out HashSet<ulong> targets)
    {
        var (blocks, addresses, seen) = (new List<Block>(), new HashSet<ulong>(), new HashSet<CodeKey> { key });
        var places = new Queue<CodeKey>([key]);
        GatherNamed(_settings.RegionInstructions);
        targets = [];
        if (blocks.Find(block => block.Jump is { } jump && !CallSites.IsReturn(jump, _links)) is not { } jumping) return blocks;
        var unnamed = UnnamedNear(jumping);
        var (named, most) = (blocks.Count, DispatchingFactor * _settings.RegionInstructions);
        foreach (var block in unnamed.Where(block => seen.Add(block.Key))) Add(block);
        var fits = addresses.Count <= most;
        if (fits) GatherNamed(most);
        if (!fits || !LeadBack(unnamed, blocks, key))
        {
            blocks.RemoveRange(named, blocks.Count - named);
            return blocks;
        }

        targets.UnionWith(unnamed.Select(block => block.Pc));
        return blocks;

        void GatherNamed(int instructions)
        {
            while (addresses.Count < instructions && places.TryDequeue(out var place))
            {
                if (!_blocks.TryGetValue(place, out var block))
                {
                    if (_settings.RegionAfter > 0) continue; // it wasn't reached often
                    if (!IsInRam(place)) continue;
                    Ask(place);
                    if (!_blocks.TryGetValue(place, out block)) continue;
                }

                Add(block);
            }
        }

        void Add(Block block)
        {
            blocks.Add(block);
            var pc = block.Pc;
            foreach (var instruction in block.Code.Instructions)
            {
                addresses.Add(pc);
                pc += (ulong)instruction.Length;
            }

            foreach (var successor in block.Successors)
            {
                var next = key.At(successor);
                if ((!key.IsPaged || IsInPage(successor, key.Pc)) && seen.Add(next)) places.Enqueue(next);
            }
        }

        bool IsInRam(CodeKey place) => place.OffsetIn(_memory) < _memory.Size && place.Pc % (ulong)_isa.UnitBytes == 0;
    }

    /// <summary>
    /// The blocks in a jump's page that no branch names: they are come to by computed jumps. Which of those it is by isn't known.
    /// </summary>
    private Block[] UnnamedNear(Block jumping) => _blocksByPage.TryGetValue(PageOf(jumping.Key), out var blocks)
        ? [.. blocks.Where(block => !_named.Contains(block.Pc) && block.Key.Page == jumping.Key.Page && IsInPage(block.Pc, jumping.Pc))]
        : []; // all code was dropped meanwhile

    /// <summary>Whether some of the blocks lead to one of them without a return.</summary>
    private static bool LeadBack(IEnumerable<Block> from, List<Block> among, CodeKey to)
    {
        var (byPc, reached) = (among.ToDictionary(block => block.Pc), from.Select(block => block.Pc).ToHashSet());
        var places = new Queue<ulong>(reached);
        while (places.TryDequeue(out var place))
        {
            if (!byPc.TryGetValue(place, out var block)) continue;
            foreach (var successor in block.Successors.Where(reached.Add)) places.Enqueue(successor);
        }

        return reached.Contains(to.Pc);
    }

    private static bool IsInPage(ulong pc, ulong of) => ((pc ^ of) & ~(GuestMemory.PageBytes - 1UL)) == 0;

    private MadeRegion? Make(WantedRegion wanted, BlockSurroundings surroundings, bool needsLoop, RegionTrust trusts)
    {
        var clock = _statistics.Clock;
        var began = clock?.Invoke() ?? 0;
        var region = Translated(wanted.Key, isRegion: true, () => Translate(wanted, surroundings, needsLoop, trusts));
        return region is null ? null : new MadeRegion(region, wanted, (clock?.Invoke() ?? 0) - began);
    }

    private Region? Translate(WantedRegion wanted, BlockSurroundings surroundings, bool needsLoop, RegionTrust trusts)
    {
        var blocks = Array.ConvertAll(wanted.Blocks, block => block.Code);
        if (RegionShape.Of(_isa, blocks, trusts, wanted.Targets) is not { } shape) return null;
        if (needsLoop && !shape.Nodes.Any(node => node.Depth > 0)) return null;
        var method = RegionEmitter.Translate(_isa, shape, surroundings, withText: false);
        return new Region(
            wanted.Key,
            Array.ConvertAll(wanted.Blocks, block => block.Key),
            [.. shape.Nodes.Where(node => node.IsEntry).Select(node => node.Code.Key)],
            shape.LastRanges,
            wanted.Targets,
            shape.Nodes.Sum(node => node.Count),
            method);
    }

    private void InstallRegions()
    {
        while (_madeRegions.TryDequeue(out var made))
        {
            Interlocked.Decrement(ref _news);
            Install(made.Made, made.Slots);
        }
    }

    private void Install(MadeRegion made, SlotTable slots)
    {
        var (region, wanted) = (made.Region, made.Wanted);
        _statistics.TranslationTicks += made.Ticks;
        for (var i = 0; i < wanted.Blocks.Length; i++)
        {
            var block = wanted.Blocks[i];
            var isThere = slots == _slots && _blocks.TryGetValue(block.Key, out var now) && now == block
                && _versions[PageOf(block.Key)] == wanted.Versions[i];
            if (isThere) continue;
            _statistics.Outdated++;
            return;
        }

        if (IlBytes + region.Method.IlBytes > _settings.CacheBytes)
        {
            DropAll();
            return;
        }

        if (_regions.TryGetValue(region.Key, out var before) && before.Key == region.Key) return;
        DropPartsOf(region);
        foreach (var block in region.Blocks)
        {
            if (!_regionsWith.TryGetValue(block, out var regions)) _regionsWith.Add(block, regions = []);
            regions.Add(region);
        }

        foreach (var entry in region.Entries)
        {
            // Where two may be entered, the one that was made for the place is the better one.
            if (entry != region.Key && _regions.ContainsKey(entry)) continue;
            _regions[entry] = region;
            Lead(entry);
        }

        IlBytes += region.Method.IlBytes;
        _statistics.RegionsTranslated++;
        _statistics.RegionInstructions += region.Instructions;
        _statistics.IlBytes += region.Method.IlBytes;
    }

    /// <summary>
    /// Targets of computed jumps become hot one after the other: a region with all the blocks and entries of another takes its place.
    /// </summary>
    private void DropPartsOf(Region region)
    {
        foreach (var target in region.Targets.Addresses)
        {
            if (_regions.TryGetValue(region.Key.At(target), out var other) && other.Targets.Addresses.Count > 0
                && Array.TrueForAll(other.Blocks, region.Blocks.Contains) && Array.TrueForAll(other.Entries, region.Entries.Contains))
            {
                Drop(other);
            }
        }
    }

    /// <summary>Code that goes on at a place finds what is there now.</summary>
    private void Lead(CodeKey key)
    {
        var entry = EntryOf(key);
        _slots.Set(key, entry == 0 ? SlotTable.StubEntry : entry);
        if (key.IsPaged) Translation!.DropJumps(key.Pc);
        else _jumps.Set(key.Pc, entry == 0 ? SlotTable.StubEntry : entry);
    }

    private void DropRegionsWith(CodeKey block)
    {
        _wanted.Remove(block);
        _trusts.Remove(block);
        if (!_regionsWith.Remove(block, out var regions)) return;
        foreach (var region in regions) Drop(region);
    }

    private void Drop(Region region)
    {
        foreach (var block in region.Blocks)
        {
            if (_regionsWith.TryGetValue(block, out var theirs)) theirs.Remove(region);
        }

        foreach (var entry in region.Entries)
        {
            if (!_regions.TryGetValue(entry, out var now) || now != region) continue;
            _regions.Remove(entry);
            Lead(entry);
        }

        _looks.Remove(region.Key);
        IlBytes -= region.Method.IlBytes;
    }

    private void ForgetRegions()
    {
        _regions.Clear();
        _regionsWith.Clear();
        _looks.Clear();
        _wanted.Clear();
        _named.Clear();
        ForgetTrusts();
    }

    private void ForgetTrusts()
    {
        _trusts.Clear();
        _widened.Clear();
        _wandering = [];
    }

    private sealed record WantedRegion(CodeKey Key, Block[] Blocks, uint[] Versions, JumpTargets Targets);

    private sealed record MadeRegion(Region Region, WantedRegion Wanted, long Ticks);
}

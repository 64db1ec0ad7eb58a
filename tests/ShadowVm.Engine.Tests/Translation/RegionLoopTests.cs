using ShadowVm.Engine.Translation;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Regions;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>The loops of a region: by their headers, with their members, each inside of another.</summary>
public class RegionLoopTests
{
    [Fact]
    public void Straight_code_has_none() => Assert.Equal("", LoopsOf([1], [2], []));

    [Fact]
    public void A_loop_in_a_loop_has_the_outer_one_around_it() =>
        Assert.Equal("0:0,1,2 1:1,2<0", LoopsOf([1], [2], [1, 0, 3], []));

    [Fact]
    public void A_node_goes_round_alone() => Assert.Equal("1:1", LoopsOf([1], [1, 2], []));

    /// <summary>No node is on each way into it: what is left of the loop without its header is no loop.</summary>
    [Fact]
    public void A_loop_with_two_ways_in_begins_with_the_lower_one() => Assert.Equal("1:1,2", LoopsOf([2, 1], [2], [1, 3], []));

    [Fact]
    public void A_loop_with_two_ways_in_within_another_is_a_loop_of_its_own() =>
        Assert.Equal("0:0,1,2,3 2:2,3<0", LoopsOf([1, 3], [2], [3], [2, 0]));

    [Fact]
    public void Two_turns_of_one_header_are_one_loop() => Assert.Equal("1:1,2,3", LoopsOf([1], [2, 3], [1], [1, 4], []));

    /// <summary>Whatever the graph: each way round goes over a header, and who lies in a loop goes round with it.</summary>
    [Fact]
    public void Without_its_headers_no_graph_goes_round()
    {
        for (var seed = 1; seed <= 500; seed++)
        {
            var random = new Random(seed);
            var count = random.Next(2, 14);
            var successors = Enumerable.Range(0, count)
                .Select(_ => Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(count)).Distinct().ToArray()).ToArray();
            var nodes = NodesOf(successors);
            var loops = RegionLoop.Of(nodes, new HashSet<int>());
            var headers = loops.Select(loop => loop.Header).ToHashSet();
            Assert.Equal(loops.Count, headers.Count);
            for (var i = 0; i < count; i++) Assert.True(!Reaches(i, i, to => !headers.Contains(to)), $"seed {seed}: {i} goes round");
            foreach (var loop in loops)
            {
                Assert.True(loop.Outer is null || loop.Outer.Members.IsProperSupersetOf(loop.Members), $"seed {seed}");
                foreach (var member in loop.Members)
                {
                    Assert.True(
                        Reaches(loop.Header, member, loop.Members.Contains) && Reaches(member, loop.Header, loop.Members.Contains),
                        $"seed {seed}: {member} in the loop at {loop.Header}");
                }
            }

            bool Reaches(int from, int to, Func<int, bool> isAllowed)
            {
                var (seen, places) = (new HashSet<int>(), new Stack<int>([from]));
                while (places.TryPop(out var place))
                {
                    foreach (var next in successors[place].Where(isAllowed).Where(seen.Add)) places.Push(next);
                }

                return seen.Contains(to);
            }
        }
    }

    private static string LoopsOf(params int[][] successors) => string.Join(' ', RegionLoop.Of(NodesOf(successors), new HashSet<int>())
        .Select(loop => $"{loop.Header}:{string.Join(',', loop.Members.Order())}{(loop.Outer is { } outer ? $"<{outer.Header}" : "")}"));

    private static RegionNode[] NodesOf(int[][] successors)
    {
        var nodes = Enumerable.Range(0, successors.Length)
            .Select(i => new RegionNode(new BlockCode(new CodeKey((ulong)i * 16, CodeKey.Flat), [], 0), [], Falls: false)).ToArray();
        for (var i = 0; i < nodes.Length; i++) nodes[i].Successors.AddRange(successors[i]);
        return nodes;
    }
}

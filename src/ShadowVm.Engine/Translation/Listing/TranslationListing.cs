using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Cold;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Listing;

/// <summary>
/// What the translator makes of guest code, for people and for tests of its text: IL, and host code to disassemble.
/// No machine is needed; the code is compiled as it would be for one, and never runs.
/// </summary>
public sealed class TranslationListing
{
    private TranslationListing(CompiledMethod method, IReadOnlyList<GuestCode> parts, ListingNames names)
    {
        Code = new HostCode(method, parts[0].Pc, parts.Sum(part => part.Instructions.Count));
        Parts = parts;
        Il = names.Annotate(method.Text);
        Names = names.Addresses;
    }

    /// <summary>The guest code that was translated: of a block one part, up to its end; of a region several.</summary>
    public IReadOnlyList<GuestCode> Parts { get; }

    /// <summary>The guest instructions of the first part.</summary>
    public IReadOnlyList<DecodedInstruction> Instructions => Parts[0].Instructions;

    /// <summary>
    /// The IL, a line per instruction, with remarks behind two slashes. The same for the same guest code at the same
    /// address, on every host that has the same host instructions.
    /// </summary>
    public string Il { get; }

    /// <summary>Names of the stand-ins for host addresses that the code mentions, by address.</summary>
    public IReadOnlyDictionary<ulong, string> Names { get; }

    /// <summary>The host code.</summary>
    public HostCode Code { get; }

    /// <summary>Translates the block that begins with some bytes.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="pc">Guest address of the first byte, a multiple of the fetch unit.</param>
    /// <param name="bytes">The code as in guest memory. What stands behind the block's end is ignored.</param>
    /// <returns>Null where the first instruction isn't there, or is none that the translator takes.</returns>
    public static TranslationListing? OfBlock(IsaDefinition isa, ulong pc, ReadOnlySpan<byte> bytes)
    {
        var found = Collect(isa, pc, bytes);
        if (found.Instructions.Length == 0) return null;
        var names = new ListingNames(isa);
        if (RegionShape.OfBlock(isa, found) is not { } shape) return null;
        return Of(isa, shape, names, names.Around(pc));
    }

    /// <summary>Translates a block of a machine once more.</summary>
    internal static TranslationListing? OfBlock(IsaDefinition isa, BlockCode block, BlockSurroundings surroundings)
    {
        var names = new ListingNames(isa);
        return RegionShape.OfBlock(isa, block) is { } shape ? Of(isa, shape, names, names.Around(surroundings)) : null;
    }

    /// <summary>Translates some blocks of a machine, together, once more.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="surroundings">Those of the machine.</param>
    /// <param name="trusts">As <see cref="RegionShape.Of"/> has it.</param>
    /// <param name="targets">The same.</param>
    internal static TranslationListing? OfRegion(
        IsaDefinition isa, IReadOnlyList<BlockCode> blocks, BlockSurroundings surroundings, RegionTrust trusts, JumpTargets targets)
    {
        var names = new ListingNames(isa);
        return RegionShape.Of(isa, blocks, trusts, targets) is { } shape ? Of(isa, shape, names, names.Around(surroundings)) : null;
    }

    private static TranslationListing Of(IsaDefinition isa, RegionShape shape, ListingNames names, BlockSurroundings surroundings)
    {
        var method = RegionEmitter.Translate(isa, shape, surroundings, withText: true);
        return new TranslationListing(method, [.. shape.Nodes.Select(node => new GuestCode(node.Pc, node.Code.Instructions))], names);
    }

    /// <summary>Makes the cold tier's handler for an instruction, wherever it stands.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="instruction">
    /// A decoded word. The handler serves any operands, but for those that drop the result.
    /// </param>
    /// <returns>Null where the reference interpreter carries it out.</returns>
    public static TranslationListing? OfHandler(IsaDefinition isa, DecodedInstruction instruction) =>
        Handlers.Of(isa).Show(instruction) is { } handler
            ? new TranslationListing(handler.Method, [new GuestCode(0, [instruction])], new ListingNames(isa))
            : null;

    /// <summary>As a machine's blocks are put together: up to the page's end, or a class for the monitor.</summary>
    private static BlockCode Collect(IsaDefinition isa, ulong pc, ReadOnlySpan<byte> bytes)
    {
        var instructions = new List<DecodedInstruction>();
        var room = Math.Min(bytes.Length, GuestMemory.PageBytes - (int)(pc & (GuestMemory.PageBytes - 1)));
        var (at, most) = (0, new EngineSettings().BlockInstructions);
        while (instructions.Count < most && at + isa.UnitBytes <= room)
        {
            var length = isa.LengthOf(Word(bytes.Slice(at, isa.UnitBytes), isa.BigEndian));
            if (at + length > room) break;
            var instruction = isa.Decode(Word(bytes.Slice(at, length), isa.BigEndian));
            if (instruction.Definition is null || instruction.Class != InstructionClass.User) break;
            instructions.Add(instruction);
            at += length;
        }

        return new BlockCode(new CodeKey(pc, CodeKey.Flat), [.. instructions], at);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var word = 0u;
        for (var i = 0; i < bytes.Length; i++) word |= (uint)bytes[i] << (8 * (bigEndian ? bytes.Length - 1 - i : i));
        return word;
    }
}

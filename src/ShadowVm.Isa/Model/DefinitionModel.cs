using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

/// <summary>Everything that was declared, for one variant.</summary>
internal sealed class DefinitionModel
{
    public string Name { get; set; } = "";

    /// <summary>What the <c>isa</c> block calls it, or empty.</summary>
    public string Title { get; set; } = "";

    public int UnitBits { get; set; } = 32;

    public bool BigEndian { get; set; }

    /// <summary>Accesses are natural unless they say otherwise.</summary>
    public bool AlignNatural { get; set; }

    /// <summary>A branch takes effect behind the next instruction.</summary>
    public bool HasDelaySlots { get; set; }

    public int AddressBits => State.TryGetValue("pc", out var pc) ? pc.Width : 64;

    /// <summary>Parameters and constants.</summary>
    public Dictionary<string, Int128> Constants { get; } = [];

    /// <summary>Extensions that this variant has.</summary>
    public HashSet<string> Extensions { get; } = [];

    public HashSet<string> AllExtensions { get; } = [];

    public Dictionary<string, (int Width, UInt128 Value)> EnumValues { get; } = [];

    public Dictionary<string, int> Enums { get; } = [];

    public Dictionary<string, StateDeclaration> State { get; } = [];

    public Dictionary<string, ViewDeclaration> Views { get; } = [];

    public Dictionary<string, SpaceDeclaration> Spaces { get; } = [];

    public Dictionary<string, ControlDeclaration> Controls { get; } = [];

    public Dictionary<string, (Token At, List<Element> Elements)> Formats { get; } = [];

    public Dictionary<string, Sign> Signs { get; } = [];

    /// <summary>Operands that are a number more than the field, and how wide that is.</summary>
    public Dictionary<string, (int Width, int Bias)> Biases { get; } = [];

    public Dictionary<string, ChoiceDeclaration> Choices { get; } = [];

    public Dictionary<string, FunctionDeclaration> Functions { get; } = [];

    public Dictionary<string, FunctionDeclaration> Hooks { get; } = [];

    /// <summary>What the definition says of floating point, or null where it has none.</summary>
    public FloatDeclaration? Float { get; set; }

    public List<FunctionDeclaration> FunctionList { get; } = [];

    public List<Function> IrFunctions { get; } = [];

    public List<RegisterFile> Registers { get; } = [];

    public int SlotCount { get; set; }

    /// <summary>Instructions and reserved holes in text order.</summary>
    public List<Encoding> Encodings { get; } = [];

    public Dictionary<string, Encoding> EncodingsByName { get; } = [];

    /// <summary>Instructions that a 'when' leaves out of this variant: what names them is left out too.</summary>
    public HashSet<string> Absent { get; } = [];

    public List<AliasDeclaration> Aliases { get; } = [];

    public List<PseudoDeclaration> Pseudos { get; } = [];

    public List<IsaTest> Tests { get; } = [];

    public List<(string Name, Token At, Syntax.Expression Value)> Context { get; } = [];

    /// <summary>Traps that may be delivered late, or null.</summary>
    public DelayedDeclaration? Delayed { get; set; }

    public int ElfMachine { get; set; }

    public int ElfClass { get; set; }

    /// <summary>Where the text begins, for findings that have no better place.</summary>
    public Token Start { get; set; } = Token.None;

    public object Gate { get; } = new();
}

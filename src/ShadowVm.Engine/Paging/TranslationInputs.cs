using System.Runtime.CompilerServices;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Paging;

/// <summary>
/// The state slots that a definition's translate hook may read, found in its IR: while they keep their values, and the
/// tables theirs, each address translates as before.
/// </summary>
internal sealed class TranslationInputs
{
    private static readonly ConditionalWeakTable<IsaDefinition, TranslationInputs> Shared = [];

    private readonly bool[] _isInput;

    private TranslationInputs(IsaDefinition isa)
    {
        _isInput = new bool[isa.SlotCount];
        var seen = new HashSet<int>();
        if (isa.Hooks.Translate is { } hook) Visit(hook.Body);
        Slots = [.. Enumerable.Range(0, isa.SlotCount).Where(slot => _isInput[slot])];

        void Visit(Node n)
        {
            switch (n.Op)
            {
                case Op.Register:
                    _isInput[n.Index] = true;
                    break;

                case Op.RegisterAt:
                    var file = isa.Registers[n.Index];
                    Array.Fill(_isInput, true, file.FirstSlot, file.Count);
                    break;

                case Op.Call when seen.Add(n.Index):
                    Visit(isa.Functions[n.Index].Body);
                    break;
            }

            if (n.A is not null) Visit(n.A);
            if (n.B is not null) Visit(n.B);
            if (n.C is not null) Visit(n.C);
            foreach (var item in n.Items) Visit(item);
        }
    }

    /// <summary>The slots, in order.</summary>
    public int[] Slots { get; }

    /// <summary>The inputs of a definition; none where it translates nothing.</summary>
    public static TranslationInputs Of(IsaDefinition isa) =>
        Shared.GetValue(isa, static isa => new TranslationInputs(isa));

    /// <summary>Whether one of a file's slots is among them.</summary>
    public bool ContainsAny(RegisterFile file) => Array.IndexOf(_isInput, true, file.FirstSlot, file.Count) >= 0;

    /// <summary>Whether a slot is among them.</summary>
    public bool Contains(int slot) => _isInput[slot];
}

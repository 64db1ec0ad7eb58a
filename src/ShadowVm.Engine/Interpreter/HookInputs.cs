using System.Runtime.CompilerServices;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// What a hook may read, found in its IR: while that keeps its values, the hook answers as before.
/// </summary>
internal sealed class HookInputs
{
    private static readonly ConditionalWeakTable<IsaDefinition, HookInputs> Translations = [];

    private readonly bool[] _isInput;

    /// <summary>Finds the inputs of a hook.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="hook">One of its hooks; null for none, which reads nothing.</param>
    public HookInputs(IsaDefinition isa, Function? hook)
    {
        _isInput = new bool[isa.SlotCount];
        var seen = new HashSet<int>();
        if (hook is not null) Visit(hook.Body);
        Slots = Collect();

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

                case Op.Pc or Op.Next or Op.Word or Op.Retired or Op.Time or Op.Load or Op.WalkLoad:
                    ReadsMore = true;
                    break;
            }

            if (n.A is not null) Visit(n.A);
            if (n.B is not null) Visit(n.B);
            if (n.C is not null) Visit(n.C);
            foreach (var item in n.Items) Visit(item);
        }
    }

    /// <summary>The state slots, in order.</summary>
    public int[] Slots { get; }

    /// <summary>Whether it reads more than state slots and interrupt lines: memory, the clock, where it stands.</summary>
    public bool ReadsMore { get; private set; }

    /// <summary>The inputs of a definition's translate hook; none where it translates nothing.</summary>
    public static HookInputs OfTranslation(IsaDefinition isa) =>
        Translations.GetValue(isa, static isa => new HookInputs(isa, isa.Hooks.Translate));

    /// <summary>Whether one of a file's slots is among them.</summary>
    public bool ContainsAny(RegisterFile file) => Array.IndexOf(_isInput, true, file.FirstSlot, file.Count) >= 0;

    /// <summary>Whether a slot is among them.</summary>
    public bool Contains(int slot) => _isInput[slot];

    private int[] Collect()
    {
        var slots = new int[_isInput.AsSpan().Count(true)];
        var count = 0;
        for (var slot = 0; slot < _isInput.Length; slot++)
        {
            if (_isInput[slot]) slots[count++] = slot;
        }

        return slots;
    }
}

using System.Reflection;
using System.Reflection.Emit;
using System.Text;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>Writes IL into a method, and as text beside it where somebody wants to read it.</summary>
internal sealed class IlWriter
{
    private readonly ILGenerator _il;
    private readonly StringBuilder? _text;
    private readonly Dictionary<Type, List<LocalBuilder>> _freeLocals = [];
    private readonly List<LocalBuilder> _passingLocals = [];
    private readonly Dictionary<Label, int> _labels = [];
    private LocalBuilder? _floatLocal;

    public IlWriter(DynamicMethod method, bool withText)
    {
        _il = method.GetILGenerator(1024);
        _text = withText ? new StringBuilder() : null;
    }

    /// <summary>Bytes written so far.</summary>
    public int Bytes => _il.ILOffset;

    /// <summary>The text, a line per instruction.</summary>
    public string Text => _text?.ToString() ?? "";

    /// <summary>A line of explanation in the text.</summary>
    public void Comment(string text) => _text?.Append("// ").Append(text).Append('\n');

    public void Op(OpCode op)
    {
        _il.Emit(op);
        Line(op.Name!);
    }

    /// <summary>Goes to the label of a number on the stack, and on behind this where it is too large.</summary>
    public void Switch(Label[] labels)
    {
        _il.Emit(OpCodes.Switch, labels);
        _text?.Append("    switch ").AppendJoin(' ', labels.Select(label => $"L{_labels[label]}")).Append('\n');
    }

    public void Const(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            _il.Emit(OpCodes.Ldc_I4, (int)value);
            _il.Emit(OpCodes.Conv_I8);
        }
        else
        {
            _il.Emit(OpCodes.Ldc_I8, value);
        }

        _text?.Append("    ldc ").Append(value).Append('\n');
    }

    public void Const32(int value)
    {
        _il.Emit(OpCodes.Ldc_I4, value);
        _text?.Append("    ldc.i4 ").Append(value).Append('\n');
    }

    public void Argument(int index)
    {
        _il.Emit(OpCodes.Ldarg, (short)index);
        Line($"ldarg {ArgumentName(index)}");
    }

    public void SetArgument(int index)
    {
        _il.Emit(OpCodes.Starg, (short)index);
        Line($"starg {ArgumentName(index)}");
    }

    /// <summary>A local of 64 bits, which is another's after <see cref="FreeLocals"/>.</summary>
    public LocalBuilder Local() => Local(typeof(long));

    /// <summary>The same for a number.</summary>
    public LocalBuilder Local(Type type)
    {
        var local = _freeLocals.TryGetValue(type, out var free) && free.Count > 0 ? free[^1] : null;
        if (local is null) local = _il.DeclareLocal(type);
        else free!.RemoveAt(free.Count - 1);
        _passingLocals.Add(local);
        return local;
    }

    /// <summary>Whether a local has 32 bits: the lower half of a value.</summary>
    public static bool IsHalf(LocalBuilder local) => local.LocalType == typeof(int);

    /// <summary>A local for the whole method.</summary>
    public LocalBuilder LastingLocal(Type type) => _il.DeclareLocal(type);

    /// <summary>
    /// Whoever comes now may have the locals that were handed out: the compiler keeps track of some thousand, and what it
    /// doesn't keep track of lies on the stack.
    /// </summary>
    public void FreeLocals()
    {
        foreach (var local in _passingLocals)
        {
            if (!_freeLocals.TryGetValue(local.LocalType, out var free)) _freeLocals.Add(local.LocalType, free = []);
            free.Add(local);
        }

        _passingLocals.Clear();
    }

    /// <summary>A local for what a floating-point operation gives: one is enough for a method.</summary>
    public LocalBuilder FloatLocal() => _floatLocal ??= _il.DeclareLocal(typeof(FloatResult));

    /// <summary>Puts a property of a structure in a local on the stack.</summary>
    public void Part(LocalBuilder local, MethodInfo getter)
    {
        _il.Emit(OpCodes.Ldloca, local);
        _il.Emit(OpCodes.Call, getter);
        _text?.Append("    ldloc ").Append(local.LocalIndex).Append(" // ").Append(getter.Name).Append('\n');
    }

    public void Get(LocalBuilder local)
    {
        _il.Emit(OpCodes.Ldloc, local);
        _text?.Append("    ldloc ").Append(local.LocalIndex).Append('\n');
    }

    public void Set(LocalBuilder local)
    {
        _il.Emit(OpCodes.Stloc, local);
        _text?.Append("    stloc ").Append(local.LocalIndex).Append('\n');
    }

    public Label Label()
    {
        var label = _il.DefineLabel();
        _labels.Add(label, _labels.Count);
        return label;
    }

    public void Mark(Label label)
    {
        _il.MarkLabel(label);
        _text?.Append('L').Append(_labels[label]).Append(":\n");
    }

    public void Branch(OpCode op, Label label)
    {
        _il.Emit(op, label);
        _text?.Append("    ").Append(op.Name).Append(" L").Append(_labels[label]).Append('\n');
    }

    public void Call(MethodInfo method)
    {
        _il.Emit(OpCodes.Call, method);
        Line($"call {method.DeclaringType!.Name}.{method.Name}");
    }

    public void Unaligned()
    {
        _il.Emit(OpCodes.Unaligned, (byte)1);
        Line("unaligned. 1");
    }

    /// <summary>
    /// Goes on in the method whose address is on the stack, and never comes back: a jump, not a call, so that chains
    /// of blocks take no stack.
    /// </summary>
    public void TailCall(Type[] parameters)
    {
        _il.Emit(OpCodes.Tailcall);
        _il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, typeof(long), parameters, null);
        _il.Emit(OpCodes.Ret);
        Line("tail. calli");
    }

    /// <summary>Loads a slot of the state, or one of the engine's words below it.</summary>
    public void LoadWord(int slot)
    {
        Argument(CompiledMethod.State);
        _il.Emit(OpCodes.Ldc_I4, slot * sizeof(ulong));
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I8);
        _text?.Append("    ldslot ").Append(slot).Append('\n');
    }

    /// <summary>Begins the store of what is put on the stack next; <see cref="StoreWord"/> ends it.</summary>
    public void WordAddress(int slot)
    {
        Argument(CompiledMethod.State);
        _il.Emit(OpCodes.Ldc_I4, slot * sizeof(ulong));
        _il.Emit(OpCodes.Add);
        _text?.Append("    slotaddr ").Append(slot).Append('\n');
    }

    public void StoreWord() => Op(OpCodes.Stind_I8);

    private static string ArgumentName(int index) => index switch
    {
        CompiledMethod.State => "state",
        CompiledMethod.Memory => "memory",
        CompiledMethod.Counter => "counter",
        _ => "record",
    };

    private void Line(string text) => _text?.Append("    ").Append(text).Append('\n');
}

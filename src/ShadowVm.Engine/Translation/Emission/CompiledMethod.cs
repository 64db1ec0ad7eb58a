using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// A DynamicMethod that was compiled, and where its code begins. The code lives as long as this object is referenced;
/// the garbage collector takes it after that.
/// </summary>
internal sealed class CompiledMethod
{
    /// <summary>Argument: the state's slots.</summary>
    public const int State = 0;

    /// <summary>Argument: where guest address 0 would lie in the host.</summary>
    public const int Memory = 1;

    /// <summary>Argument and result: the recovery counter.</summary>
    public const int Counter = 2;

    /// <summary>Argument of handlers: the record.</summary>
    public const int Record = 3;

    private readonly DynamicMethod _method;

    private CompiledMethod(DynamicMethod method, int ilBytes, string text)
    {
        _method = method;
        IlBytes = ilBytes;
        Text = text;
        // Compiled now, by whoever made it, and not at the first call, on the guest's thread. CreateDelegate would
        // put that off; the handle is the documented way for ordinary methods and works for these.
        var handle = GetMethodDescriptor(method);
        RuntimeHelpers.PrepareMethod(handle);
        Entry = handle.GetFunctionPointer();
    }

    /// <summary>Where the code begins.</summary>
    public nint Entry { get; }

    /// <summary>Size of the IL in bytes.</summary>
    public int IlBytes { get; }

    /// <summary>The IL as text, where it was asked for.</summary>
    public string Text { get; }

    /// <summary>Parameters of a block: state, memory, counter.</summary>
    public static Type[] BlockParameters { get; } = [typeof(nint), typeof(nint), typeof(long)];

    /// <summary>Parameters of a cold handler: state, memory, counter, record.</summary>
    public static Type[] HandlerParameters { get; } = [typeof(nint), typeof(nint), typeof(long), typeof(nint)];

    /// <summary>Makes a method and compiles it.</summary>
    public static CompiledMethod Compile(string name, Type[] parameters, bool withText, Action<IlWriter> emit)
    {
        var method = new DynamicMethod(name, typeof(long), parameters, typeof(CompiledMethod).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        var writer = new IlWriter(method, withText);
        emit(writer);
        return new CompiledMethod(method, writer.Bytes, writer.Text);
    }

    /// <summary>Keeps the code alive up to here.</summary>
    public void KeepAlive() => GC.KeepAlive(_method);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GetMethodDescriptor")]
    private static extern RuntimeMethodHandle GetMethodDescriptor(DynamicMethod method);
}

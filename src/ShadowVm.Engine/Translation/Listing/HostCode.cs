using ShadowVm.Engine.Translation.Emission;

namespace ShadowVm.Engine.Translation.Listing;

/// <summary>
/// Translated code in the host's memory, to be looked at and never to be called. Its size isn't known: follow the
/// control flow from <see cref="Entry"/>. The code stays in place until <see cref="KeepAlive"/> was called last.
/// </summary>
public sealed class HostCode
{
    private readonly CompiledMethod _method;

    internal HostCode(CompiledMethod method, ulong pc, int instructions)
    {
        _method = method;
        Pc = pc;
        Instructions = instructions;
    }

    /// <summary>Guest address of the first instruction; 0 for a handler, which has none.</summary>
    public ulong Pc { get; }

    /// <summary>Guest instructions in it.</summary>
    public int Instructions { get; }

    /// <summary>Size of the IL in bytes.</summary>
    public int IlBytes => _method.IlBytes;

    /// <summary>Host address of the entry, which may be a jump to the code.</summary>
    public nint Entry => _method.Entry;

    /// <summary>Keeps the code in place up to here: call it behind the last look.</summary>
    public void KeepAlive() => _method.KeepAlive();
}

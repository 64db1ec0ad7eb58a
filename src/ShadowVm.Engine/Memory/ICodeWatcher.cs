namespace ShadowVm.Engine.Memory;

/// <summary>Who must know that translated bytes, or tables that addresses are translated by, were overwritten.</summary>
internal interface ICodeWatcher
{
    /// <summary>Bytes were written, some of which had been translated or walked.</summary>
    /// <param name="offset">Offset of the first in RAM.</param>
    /// <param name="length">How many.</param>
    void CodeWritten(ulong offset, ulong length);
}

using System.Globalization;

namespace ShadowVm.Engine.Translation;

/// <summary>The translator threw, which is a fault of its own and none of the guest's.</summary>
/// <param name="Pc">Guest address of the code that it was given.</param>
/// <param name="IsRegion">Whether that was a region; else a block.</param>
/// <param name="Exception">What it threw.</param>
public sealed record TranslatorFault(ulong Pc, bool IsRegion, Exception Exception)
{
    /// <summary>The fault in a sentence.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"The translator failed at the {(IsRegion ? "region" : "block")} at {Pc:x}: {Exception.GetType().Name}: {Message}.");

    private string Message => Exception.Message.TrimEnd('.');
}

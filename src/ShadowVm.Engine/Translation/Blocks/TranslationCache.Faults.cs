using System.Collections.Concurrent;

namespace ShadowVm.Engine.Translation.Blocks;

/// <content>
/// Code that the translator fails at. Both replicas would fail at the same code, so that no backup helped; but the tiers below carry
/// it out all the same.
/// </content>
internal sealed partial class TranslationCache
{
    private readonly ConcurrentQueue<TranslatorFault> _faults = new();

    /// <summary>What some code is translated to; null where that can't be done, or fails: the guest's thread is told of that.</summary>
    private T? Translated<T>(CodeKey key, bool isRegion, Func<T?> translate)
        where T : class
    {
        try
        {
            _settings.BeforeTranslation?.Invoke(key.Pc, isRegion);
            return translate();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _faults.Enqueue(new TranslatorFault(key.Pc, isRegion, e));
            Interlocked.Increment(ref _news);
            return null;
        }
    }

    private void ReportFaults()
    {
        while (_faults.TryDequeue(out var fault))
        {
            Interlocked.Decrement(ref _news);
            _statistics.TranslatorFaults++;
            if (_settings.OnTranslatorFault is not { } report) throw new InvalidOperationException(fault.ToString(), fault.Exception);
            report(fault);
        }
    }
}

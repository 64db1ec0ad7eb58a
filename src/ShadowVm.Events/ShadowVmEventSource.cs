using System.Diagnostics.Tracing;

namespace ShadowVm.Events;

/// <summary>
/// The EventPipe and ETW face of ShadowVm (`dotnet-trace collect --providers ShadowVm`, PerfView `*ShadowVm`). An
/// event costs one flag test while nobody listens; there is never one per guest instruction.
/// </summary>
[EventSource(Name = "ShadowVm")]
public sealed class ShadowVmEventSource : EventSource
{
    /// <summary>The one instance.</summary>
    public static readonly ShadowVmEventSource Log = new();

    private ShadowVmEventSource()
    {
    }

    /// <summary>An epoch ended.</summary>
    /// <param name="epoch">Its number.</param>
    /// <param name="instructions">Guest instructions retired so far.</param>
    [Event(1, Level = EventLevel.Verbose, Keywords = Keywords.Epoch)]
    public void EpochEnded(long epoch, long instructions)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Epoch)) WriteEvent(1, epoch, instructions);
    }

    /// <summary>A replica changed its state: waiting, protected, backup lost, took over, solo, ended.</summary>
    /// <param name="state">The new state in words.</param>
    /// <param name="epoch">The epoch it was in.</param>
    [Event(2, Level = EventLevel.Informational, Keywords = Keywords.Replication)]
    public void StateChanged(string state, long epoch) => WriteEvent(2, state, epoch);

    /// <summary>Primary and backup differ at a boundary.</summary>
    /// <param name="epoch">The first epoch whose digests differ.</param>
    [Event(3, Level = EventLevel.Error, Keywords = Keywords.Replication)]
    public void Diverged(long epoch) => WriteEvent(3, epoch);

    /// <summary>The translator failed at some code, which a slower tier carries out.</summary>
    /// <param name="pc">Guest address of the code.</param>
    /// <param name="isRegion">Whether it was a region; else a block.</param>
    /// <param name="fault">The exception, with its stack.</param>
    [Event(4, Level = EventLevel.Error, Keywords = Keywords.Translation)]
    public void TranslatorFailed(long pc, bool isRegion, string fault) => WriteEvent(4, pc, isRegion, fault);

    /// <summary>Groups of events that a listener can ask for.</summary>
    public static class Keywords
    {
        /// <summary>Epoch boundaries.</summary>
        public const EventKeywords Epoch = (EventKeywords)1;

        /// <summary>Changes of role, divergence.</summary>
        public const EventKeywords Replication = (EventKeywords)2;

        /// <summary>What becomes of guest code.</summary>
        public const EventKeywords Translation = (EventKeywords)4;
    }
}

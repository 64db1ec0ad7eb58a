using System.Net;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Replication;

namespace ShadowVm.Cli.Output;

/// <summary>Passes everything on and remembers the last progress, for a summary at the end.</summary>
internal sealed class ProgressCounter(IReplicaObserver next) : IReplicaObserver
{
    public ReplicaProgress Last { get; private set; }

    public void Listening(IPEndPoint endpoint) => next.Listening(endpoint);

    public void StateChanged(ReplicaState state, ulong epoch, string detail) => next.StateChanged(state, epoch, detail);

    public void GoingOn(ulong epoch, ulong instructions) => next.GoingOn(epoch, instructions);

    public void Progress(in ReplicaProgress progress)
    {
        Last = progress;
        next.Progress(progress);
    }

    public void Trouble(string sentence) => next.Trouble(sentence);
}

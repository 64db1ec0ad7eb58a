using System.Collections.Concurrent;
using ShadowVm.Host.Backends;
using ShadowVm.Machine;

namespace ShadowVm.Host.Tests.Backends;

internal sealed class BackendHost : IBackendHost
{
    public ConcurrentQueue<DeviceInput> Inputs { get; } = new();

    public ConcurrentQueue<ulong> ReleasedNumbers { get; } = new();

    public ConcurrentQueue<string> Troubles { get; } = new();

    public void Post(DeviceInput input) => Inputs.Enqueue(input);

    public void Released(ulong number) => ReleasedNumbers.Enqueue(number);

    public void Trouble(string sentence) => Troubles.Enqueue(sentence);

    public void Failed(string sentence) => Troubles.Enqueue(sentence);

    public DeviceInput Next()
    {
        DeviceInput input = default;
        Eventually.True(() => Inputs.TryDequeue(out input), "an input");
        return input;
    }
}

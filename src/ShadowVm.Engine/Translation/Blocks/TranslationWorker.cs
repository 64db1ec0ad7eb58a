using System.Collections.Concurrent;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>
/// The thread that compiles for all machines of this process. It sees copies of code bytes and never a machine; what
/// it makes waits in the machine's own queue until the guest's thread takes it. When that happens has no effect on
/// guest state: a block does what the interpreter would have done.
/// </summary>
internal static class TranslationWorker
{
    private static readonly BlockingCollection<Action> Jobs = [];

    static TranslationWorker()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "translator", Priority = ThreadPriority.BelowNormal };
        thread.Start();
    }

    /// <summary>Takes a job. It must not throw.</summary>
    public static void Enqueue(Action job) => Jobs.Add(job);

    private static void Run()
    {
        foreach (var job in Jobs.GetConsumingEnumerable()) job();
    }
}

using System.Runtime.CompilerServices;

namespace ShadowVm.Replication;

/// <summary>Invariants, always on: a broken one ends the replica before it can do harm.</summary>
internal static class Check
{
    public static void That(bool condition, string sentence)
    {
        if (!condition) Fail(sentence);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(string sentence) => throw new InvalidOperationException($"broken invariant: {sentence}");
}

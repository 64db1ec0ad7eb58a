using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ShadowVm.Replication;

/// <summary>Invariants, always on: a broken one ends the replica before it can do harm.</summary>
internal static class Check
{
    public static void That([DoesNotReturnIf(false)] bool condition, string sentence)
    {
        if (!condition) Fail(sentence);
    }

    /// <summary>As above; the sentence is put together only where it is needed.</summary>
    public static void That(
        [DoesNotReturnIf(false)] bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref Sentence sentence)
    {
        if (!condition) Fail(sentence.ToString());
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(string sentence) => throw new InvalidOperationException($"broken invariant: {sentence}");

    /// <summary>A sentence that costs nothing while its condition holds.</summary>
    [InterpolatedStringHandler]
    public ref struct Sentence
    {
        private DefaultInterpolatedStringHandler _text;

        public Sentence(int literalLength, int formattedCount, bool condition, out bool isWanted)
        {
            isWanted = !condition;
            _text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public override string ToString() => _text.ToStringAndClear();
    }
}

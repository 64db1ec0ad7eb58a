namespace ShadowVm.Isa.Text;

/// <summary>Finds what an author may have meant.</summary>
internal static class Suggestion
{
    /// <summary>"did you mean 'x'?", or null where nothing is near.</summary>
    public static string? For(string name, IEnumerable<string> known) =>
        Nearest(name, known) is { } found ? $"did you mean '{found}'?" : null;

    /// <summary>The name that is nearest to what was written, or null where none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var best = Math.Max(1, name.Length / 3) + 1;
        string? found = null;
        foreach (var candidate in known)
        {
            if (Math.Abs(candidate.Length - name.Length) >= best || candidate.Length > 64 || name.Length > 64)
                continue;
            var distance = Distance(name, candidate);
            if (distance >= best)
                continue;
            best = distance;
            found = candidate;
        }

        return found;
    }

    /// <summary>Edit distance: inserting, deleting, replacing and swapping neighbours cost one each.</summary>
    private static int Distance(string a, string b)
    {
        var older = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = previous[j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1])
                    ? 0 : 1);
                current[j] = Math.Min(change, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], older[j - 2] + 1);
            }

            (older, previous, current) = (previous, current, older);
        }

        return previous[b.Length];
    }
}

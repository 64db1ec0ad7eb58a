namespace ShadowVm.Isa.Ir;

/// <summary>A body that is lowered when first asked for, from whichever thread that is.</summary>
internal sealed class LazyBody(Func<(Node Body, int LocalCount)> lower)
{
    private volatile Done? _done;

    public (Node Body, int LocalCount) Get()
    {
        var done = _done;
        if (done is null)
        {
            // Two threads may both lower: the results mean the same, and either may be kept.
            var (body, count) = lower();
            _done = done = new Done(body, count);
        }

        return (done.Body, done.LocalCount);
    }

    private sealed record Done(Node Body, int LocalCount);
}

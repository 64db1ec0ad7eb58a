namespace ShadowVm.Compare;

/// <summary>Builds what a comparison needs and finds who can take part.</summary>
/// <param name="folders">The checkout.</param>
/// <param name="says">Takes a line for whoever waits.</param>
/// <param name="cancel">Ends a running build.</param>
internal sealed class Setup(Folders folders, Action<string> says, CancellationToken cancel)
{
    private bool _isPublished;

    /// <summary>ShadowVm's program.</summary>
    public string ShadowVm { get; private set; } = "";

    /// <summary>The given program, or that of this checkout, published.</summary>
    public async Task<string> Program(string? given)
    {
        ShadowVm = given ?? Path.Combine(folders.Work, "publish", "shadowvm");
        if (given is null) await Publish();
        return ShadowVm;
    }

    /// <summary>The peers of these names; what isn't installed is left out with a line.</summary>
    /// <param name="names">Of <see cref="Peers.Names"/>.</param>
    /// <param name="tiers">Of <see cref="Peers.Tiers"/>, each a peer in ShadowVm's place.</param>
    /// <param name="shadowvm">A program to take instead of publishing this checkout's.</param>
    /// <param name="longer">What is run, where its work differs from that of the images as they were built.</param>
    public async Task<Peer[]> Prepare(string[] names, string[] tiers, string? shadowvm, Workload[] longer)
    {
        ShadowVm = shadowvm ?? Path.Combine(folders.Work, "publish", "shadowvm");
        var images = folders.Images;
        if (longer.Length != 0)
        {
            images = Path.Combine(folders.Work, "longer");
            LongerImages.Write(folders.Images, images, longer.Select(workload => workload.Full));
        }

        var known = new Peers(images, folders.Hello, folders.Work, ShadowVm);
        var chosen = new List<Peer>();
        foreach (var name in names)
        {
            if (name == "shadowvm")
            {
                if (shadowvm is null) await Publish();
                var knowsTiers = await KnowsTiers();
                foreach (var tier in tiers)
                {
                    if (knowsTiers) chosen.Add(known.ShadowVm(tier));
                    else says($"tier {tier} is left out: {ShadowVm} has no --tier");
                }
            }
            else if (name is "shadowvm-user" or "shadowvm-paged")
            {
                if (shadowvm is null) await Publish();
                chosen.Add(name == "shadowvm-user" ? known.ShadowVmUser() : known.ShadowVmPaged());
            }
            else if (known.Other(name, out var missing) is { } peer)
            {
                chosen.Add(peer);
            }
            else
            {
                says($"{name} is left out: {missing} is not installed");
            }
        }

        if (chosen.Exists(peer => peer.Kind == PeerKind.Native))
        {
            says("building the native programs");
            await Measured.Run("bash", [Path.Combine(folders.Guests, "build.sh"), "native", folders.Work], cancel);
        }

        return chosen.Count == 0 ? throw new CompareException("none of the peers is installed") : [.. chosen];
    }

    private async Task Publish()
    {
        if (_isPublished) return;
        _isPublished = true;
        says("publishing ShadowVm");
        var project = Path.Combine(folders.Root, "src", "ShadowVm.Cli");
        var target = Path.GetDirectoryName(ShadowVm)!;
        string[] options = ["-c", "Release", "--nologo", "-v", "quiet", "-nodeReuse:false"];
        await Measured.Run("dotnet", ["publish", project, "-o", target, .. options], cancel);
    }

    private async Task<bool> KnowsTiers() =>
        (await Measured.Run(ShadowVm, ["run", "--help"], cancel)).Output.Contains("--tier", StringComparison.Ordinal);
}

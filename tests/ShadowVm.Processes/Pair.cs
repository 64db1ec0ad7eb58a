namespace ShadowVm.Processes;

/// <summary>A primary and a backup of one guest as two processes on loopback, with a folder for disk and arbiter.</summary>
internal sealed class Pair : IDisposable
{
    private readonly string[] _options;

    public Pair(string guest, string[] primaryOptions, string[]? bothOptions = null)
    {
        _options = bothOptions ?? ["--arbiter", Folder.Locks()];
        Primary = ShadowVmProcess.Start(
            Folder, ["primary", guest, "--listen", "127.0.0.1:0", .. primaryOptions, .. _options]);
        Primary.AwaitError("listening on");
        var line = Primary.ErrorLines.First(text => text.Contains("listening on"));
        Endpoint = line[(line.LastIndexOf(' ') + 1)..];
        Backup = StartBackup();
    }

    public TemporaryFolder Folder { get; } = new();

    public string Endpoint { get; }

    public ShadowVmProcess Primary { get; }

    public ShadowVmProcess Backup { get; }

    public void AwaitProtected()
    {
        Primary.AwaitError("protected");
        Backup.AwaitError("protected");
    }

    public ShadowVmProcess StartBackup(params string[] more) =>
        ShadowVmProcess.Start(Folder, ["backup", "--primary", Endpoint, "--disk", "path=disk.img", .. _options, .. more]);

    public void Dispose()
    {
        Primary.Dispose();
        Backup.Dispose();
        Folder.Dispose();
    }
}

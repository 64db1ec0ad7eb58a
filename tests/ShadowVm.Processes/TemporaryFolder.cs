namespace ShadowVm.Processes;

/// <summary>A folder of a test's own, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("shadowvm-test-").FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A folder for the arbiter.</summary>
    public string Locks()
    {
        Directory.CreateDirectory(File("locks"));
        return File("locks");
    }

    /// <summary>A copy of the checkout's definitions, to be broken.</summary>
    public string Definitions()
    {
        var source = System.IO.Path.Combine(Checkout.Root, "isa");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(File("definitions"), System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            System.IO.File.Copy(file, target);
        }

        return File("definitions");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

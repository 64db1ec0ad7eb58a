namespace ShadowVm.Cli.CommandLine;

/// <summary>Finds an image by path or by the name of a guest that comes with the program.</summary>
internal static class GuestImages
{
    private const long ImageBytesMax = 256L << 20;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "guests");

    /// <summary>Names of the bundled guests, sorted.</summary>
    public static string[] Bundled => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, "*.elf").Select(p => Path.GetFileNameWithoutExtension(p)!).Order(StringComparer.Ordinal)]
        : [];

    public static (string Name, byte[] Bytes) Find(string image)
    {
        var path = File.Exists(image) ? image : Path.Combine(Folder, image + ".elf");
        if (!File.Exists(path))
        {
            throw new UsageException(
                $"{image}: there is no such file, and no bundled guest of that name ({string.Join(", ", Bundled)})");
        }

        try
        {
            if (new FileInfo(path).Length is > ImageBytesMax and var length)
            {
                throw new UsageException($"{image}: {length} bytes is too large for an image; the limit is {ImageBytesMax}");
            }

            return (Path.GetFileName(path), File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{image}: can't be read: {e.Message}");
        }
    }
}

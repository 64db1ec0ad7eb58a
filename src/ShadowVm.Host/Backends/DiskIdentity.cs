using System.Security.Cryptography;

namespace ShadowVm.Host.Backends;

/// <summary>
/// Proves that two paths lead to one disk: the primary leaves a random number in a file beside the disk's, the backup
/// reads it through its own path. Two hosts with a path of the same name but different disks are found out before the
/// first instruction, not at the take-over.
/// </summary>
public static class DiskIdentity
{
    private const int Bytes = 16;

    /// <summary>Primary: leaves a fresh number beside the disk.</summary>
    /// <returns>32 hexadecimal digits.</returns>
    /// <exception cref="HostException">The file can't be written.</exception>
    public static string Leave(DiskOptions options) => Leave(PathOf(options));

    /// <summary>Primary: leaves a fresh number in a folder that both replicas share.</summary>
    /// <returns>32 hexadecimal digits.</returns>
    /// <exception cref="HostException">The file can't be written.</exception>
    public static string LeaveInFolder(string folder) => Leave(PathIn(folder));

    private static string Leave(string path)
    {
        var number = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
        try
        {
            // Replaced in one step, so that a backup reads the old number or the new one.
            var temporary = $"{path}.{number}";
            File.WriteAllText(temporary, number);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The identity of what the pair shares can't be left in '{path}': {e.Message}", inner: e);
        }

        return number;
    }

    /// <summary>Backup: checks that its own path leads to the disk that has this number.</summary>
    /// <exception cref="HostException">It leads elsewhere, or the number can't be read.</exception>
    public static void Check(DiskOptions options, string number) =>
        Check(PathOf(options), $"The disk '{options.Name}' at '{options.Path}'", number);

    /// <summary>Backup: checks that its own path leads to the folder that has this number.</summary>
    /// <exception cref="HostException">It leads elsewhere, or the number can't be read.</exception>
    public static void CheckFolder(string folder, string number) =>
        Check(PathIn(folder), $"The folder '{folder}' of --root", number);

    private static void Check(string path, string what, string number)
    {
        string found;
        try
        {
            using var reader = new StreamReader(path);
            var digits = new char[2 * Bytes];
            found = new string(digits, 0, reader.ReadBlock(digits));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException(
                $"{what} shows no identity: {e.Message}", inner: e);
        }

        if (found == number) return;
        throw new HostException($"{what} is not the primary's: its identity is another.");
    }

    private static string PathIn(string folder) => Path.Combine(folder, ".shadowvm.identity");

    private static string PathOf(DiskOptions options) => options.Path + ".identity";
}

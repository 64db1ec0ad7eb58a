using System.Text;

namespace ShadowVm.Isa.Linux;

/// <summary>Names of Linux as tables write them, by the number of the enum's member.</summary>
internal static class LinuxNames
{
    private static readonly Lazy<string[]> LazyCalls = new(() => All<SystemCall>(upper: false));
    private static readonly Lazy<string[]> LazyErrors = new(Enum.GetNames<Errno>);
    private static readonly Lazy<string[]> LazyValues = new(() => All<LinuxValue>(upper: true));
    private static readonly Lazy<string[]> LazyLayouts = new(() => All<LinuxLayout>(upper: false));

    public static string[] Calls => LazyCalls.Value;

    public static string[] Errors => LazyErrors.Value;

    public static string[] Values => LazyValues.Value;

    public static string[] Layouts => LazyLayouts.Value;

    /// <summary>Fields that a layout may place; those marked with ! it must.</summary>
    public static string[] FieldsOf(LinuxLayout layout) => layout switch
    {
        LinuxLayout.Stat or LinuxLayout.Stat64 =>
        [
            "!dev", "!ino", "!mode", "!nlink", "!uid", "!gid", "rdev", "!size", "blksize", "blocks", "!atime",
            "atime_nsec", "!mtime", "mtime_nsec", "!ctime", "ctime_nsec",
        ],
        LinuxLayout.Timespec => ["!sec", "!nsec"],
        LinuxLayout.Timeval => ["!sec", "!usec"],
        LinuxLayout.Iovec => ["!base", "!len"],
        LinuxLayout.Rlimit => ["!cur", "!max"],
        _ => ["!handler", "!flags", "!mask"],
    };

    private static string[] All<T>(bool upper)
        where T : struct, Enum => Array.ConvertAll(Enum.GetNames<T>(), name => Spell(name, upper));

    private static string Spell(string member, bool upper)
    {
        var text = new StringBuilder();
        foreach (var c in member)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0) text.Append('_');
            text.Append(upper ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}

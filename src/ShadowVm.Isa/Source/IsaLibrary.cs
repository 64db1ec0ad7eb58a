namespace ShadowVm.Isa;

/// <summary>
/// Finds definition folders: what was asked for, the environment's, the working folder's, the program's.
/// </summary>
public sealed class IsaLibrary
{
    /// <summary>Environment variable that names a folder of definitions.</summary>
    public const string Variable = "SHADOWVM_ISA";

    private readonly List<string> _roots = [];
    private readonly bool _isAsked;

    /// <param name="path">
    /// A folder of definitions or one definition's folder, as given on the command line; null to leave it out.
    /// </param>
    /// <exception cref="IsaException">The folder that was asked for isn't there.</exception>
    public IsaLibrary(string? path = null)
        : this(
            path,
            Environment.GetEnvironmentVariable(Variable),
            Directory.GetCurrentDirectory(),
            AppContext.BaseDirectory)
    {
    }

    /// <summary>As above, with all places named.</summary>
    /// <param name="path">From the command line, or null.</param>
    /// <param name="environment">From the environment, or null.</param>
    /// <param name="workingFolder">Its <c>isa</c> folder is searched.</param>
    /// <param name="programFolder">Its <c>isa</c> folder and those of its parents are searched.</param>
    /// <exception cref="IsaException">The folder that was asked for isn't there.</exception>
    public IsaLibrary(string? path, string? environment, string workingFolder, string programFolder)
    {
        _isAsked = path is not null;
        if (path is not null)
            AddAsked(path, "--isa-path");
        if (!string.IsNullOrEmpty(environment))
            AddAsked(environment, Variable);
        Add(Path.Combine(workingFolder, "isa"));
        for (var folder = new DirectoryInfo(programFolder); folder is not null; folder = folder.Parent)
            Add(Path.Combine(folder.FullName, "isa"));
    }

    /// <summary>The folders that are searched, first come first served.</summary>
    public IReadOnlyList<string> Roots => _roots;

    /// <summary>
    /// Names of all definitions that are found, in ordinal order; where one definition's folder was asked for, its alone.
    /// </summary>
    public IReadOnlyList<string> Names()
    {
        if (_isAsked && IsDefinition(_roots[0]))
            return [Path.GetFileName(Path.TrimEndingDirectorySeparator(_roots[0]))];
        var names = new HashSet<string>();
        foreach (var root in _roots)
        {
            if (IsDefinition(root))
                names.Add(Path.GetFileName(Path.TrimEndingDirectorySeparator(root)));
            foreach (var folder in Directory.GetDirectories(root))
            {
                if (IsDefinition(folder))
                    names.Add(Path.GetFileName(folder));
            }
        }

        var sorted = new List<string>(names);
        sorted.Sort(string.CompareOrdinal);
        return sorted;
    }

    /// <summary>Reads a definition by name.</summary>
    /// <param name="name">Name of its folder.</param>
    /// <param name="vectors">Whether files of tests beside it are wanted as well.</param>
    /// <exception cref="IsaException">There is none, or it can't be read.</exception>
    public IsaSource Open(string name, bool vectors = false)
    {
        foreach (var root in _roots)
        {
            if (IsDefinition(root) && Path.GetFileName(Path.TrimEndingDirectorySeparator(root)) == name)
                return IsaSource.FromFolder(root, vectors);
            var folder = Path.Combine(root, name);
            if (name.Length > 0 && name == Path.GetFileName(name) && IsDefinition(folder))
                return IsaSource.FromFolder(folder, vectors);
        }

        var names = Names();
        var known = names.Count == 0 ? "there is none at all" : "there is " + string.Join(", ", names);
        throw new IsaException($"There is no definition '{name}' in {string.Join(", ", _roots)}; {known}.");
    }

    /// <summary>Loads the definition whose <c>abi</c> names an ELF machine and class, in the variant of a byte order.</summary>
    /// <param name="machine">The machine number in the ELF header.</param>
    /// <param name="elfClass">32 or 64.</param>
    /// <param name="bigEndian">Whether the header says that data is big-endian.</param>
    /// <returns>The definition, or null where none fits.</returns>
    /// <exception cref="IsaException">A definition has errors.</exception>
    public IsaDefinition? FindByElf(int machine, int elfClass, bool bigEndian)
    {
        foreach (var name in Names())
        {
            var source = Open(name);
            if (source.MayBeForElf(machine) && IsaDefinition.LoadForElf(source, machine, elfClass, bigEndian) is { } found)
                return found;
        }

        return null;
    }

    private static bool IsDefinition(string folder) =>
        Directory.Exists(folder) && Directory.GetFiles(folder, "*.isa").Length > 0;

    private void AddAsked(string path, string from)
    {
        if (!Directory.Exists(path))
            throw new IsaException($"The folder '{path}' that {from} names is not there.");
        Add(path);
    }

    private void Add(string path)
    {
        if (Directory.Exists(path) && !_roots.Contains(path))
            _roots.Add(path);
    }
}

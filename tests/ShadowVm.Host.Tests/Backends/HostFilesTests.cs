using System.Text;
using ShadowVm.Host.Backends;
using ShadowVm.Isa.Linux;
using ShadowVm.Machine.Programs;

namespace ShadowVm.Host.Tests.Backends;

/// <summary>A program's files on the host: what it may reach, and that a repeat changes nothing.</summary>
public sealed class HostFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _trouble = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_root_there_are_no_files()
    {
        using var files = new HostFiles(new ProgramFiles(), _trouble.Add);
        foreach (var path in new[] { "/", "/etc/passwd", _folder.Path })
        {
            Assert.Equal(Errno.ENOENT, Open(files, path).Error);
            Assert.Equal(Errno.ENOENT, Open(files, path, FileFlags.Write | FileFlags.Create).Error);
            Assert.Equal(Errno.ENOENT, Ask(files, FileOperation.StatusOf, path).Error);
        }
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/../../../../../../secret")]
    [InlineData("/inside/../../secret")]
    [InlineData("/up/secret")]
    [InlineData("/out")]
    [InlineData("/inside/out2")]
    [InlineData("/absolute")]
    public void No_path_and_no_link_leads_out(string path)
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder.Path, "root")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "inside"));
        File.WriteAllText(Path.Combine(_folder.Path, "secret"), "secret");
        Link(root, "up", "..");
        Link(root, "out", "../secret");
        Link(root, "inside/out2", "../../secret");
        Link(root, "absolute", Path.Combine(_folder.Path, "secret"));
        using var files = new HostFiles(new ProgramFiles { Root = root }, _trouble.Add);
        Assert.Equal(Errno.ENOENT, Open(files, path).Error);
        Assert.Equal(Errno.ENOENT, Ask(files, FileOperation.StatusOf, path).Error);
        Ask(files, FileOperation.Remove, path);
        Open(files, path, FileFlags.Write | FileFlags.Create | FileFlags.Truncate);
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_folder.Path, "secret")));
    }

    [Fact]
    public void A_link_inside_is_followed_and_a_ring_is_found()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "file"), "text");
        Link(_folder.Path, "link", "/file");
        Link(_folder.Path, "ring", "ring2");
        Link(_folder.Path, "ring2", "ring");
        using var files = Files();
        Assert.Equal("/file", Encoding.UTF8.GetString(Open(files, "/link").Data.Span));
        Assert.Equal(Errno.ELOOP, Open(files, "/ring").Error);
        Assert.Equal(Errno.ELOOP, Open(files, "/link", FileFlags.NoFollow).Error);
        Assert.Equal("/file", Encoding.UTF8.GetString(Ask(files, FileOperation.ReadLink, "/link").Data.Span));
    }

    [Fact]
    public void A_survivor_opens_by_path_what_the_other_had_open()
    {
        using (var first = Files())
        {
            Open(first, "/file", FileFlags.Write | FileFlags.Create);
            Write(first, "/file", 0, "abcdef");
        }

        using var survivor = Files();
        Assert.Equal(3, Write(survivor, "/file", 3, "xyz").Value);
        Assert.Equal("abcxyz", File.ReadAllText(Path.Combine(_folder.Path, "file")));
        File.Delete(Path.Combine(_folder.Path, "file"));
        using var another = Files();
        Assert.Equal(Errno.ESTALE, Write(another, "/file", 3, "xyz").Error);
        Assert.Contains("can't be opened again", Assert.Single(_trouble));
    }

    [Fact]
    public void What_was_performed_before_is_performed_again_without_a_trace()
    {
        using var files = Files();
        var make = new FileRequest { Operation = FileOperation.MakeDirectory, Path = "/d", Mode = 0x1ed };
        Assert.Equal(Errno.None, files.Carry(make)!.Value.Error);
        Assert.Equal(Errno.EEXIST, files.Carry(make)!.Value.Error);
        Assert.Equal(Errno.None, files.Carry(make with { Again = true })!.Value.Error);
        Open(files, "/a", FileFlags.Write | FileFlags.Create);
        var rename = new FileRequest { Operation = FileOperation.Rename, Path = "/a", Target = "/d/b" };
        Assert.Equal(Errno.None, files.Carry(rename)!.Value.Error);
        Assert.Equal(Errno.ENOENT, files.Carry(rename)!.Value.Error);
        Assert.Equal(Errno.None, files.Carry(rename with { Again = true })!.Value.Error);
        var remove = new FileRequest { Operation = FileOperation.Remove, Path = "/d/b" };
        Assert.Equal(Errno.None, files.Carry(remove)!.Value.Error);
        Assert.Equal(Errno.ENOENT, files.Carry(remove)!.Value.Error);
        Assert.Equal(Errno.None, files.Carry(remove with { Again = true })!.Value.Error);
    }

    [Fact]
    public void Nothing_changes_where_nothing_may()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "file"), "text");
        using var files = new HostFiles(new ProgramFiles { Root = _folder.Path, ReadOnly = true }, _trouble.Add);
        Assert.Equal(Errno.None, Open(files, "/file").Error);
        Assert.Equal(Errno.EROFS, Open(files, "/file", FileFlags.Write).Error);
        Assert.Equal(Errno.EROFS, Open(files, "/new", FileFlags.Write | FileFlags.Create).Error);
        Assert.Equal(Errno.EROFS, Ask(files, FileOperation.Remove, "/file").Error);
        Assert.Equal(Errno.EROFS, Ask(files, FileOperation.MakeDirectory, "/folder").Error);
        Assert.Equal(["file"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Libraries_stand_in_front_and_stay_as_they_are()
    {
        var libraries = Directory.CreateDirectory(Path.Combine(_folder.Path, "libraries")).FullName;
        var root = Directory.CreateDirectory(Path.Combine(_folder.Path, "root")).FullName;
        File.WriteAllText(Path.Combine(libraries, "lib"), "library");
        File.WriteAllText(Path.Combine(root, "own"), "own");
        using var files = new HostFiles(new ProgramFiles { Root = root, Libraries = libraries }, _trouble.Add);
        Assert.Equal(7, Ask(files, FileOperation.StatusOf, "/lib").Value);
        Assert.Equal(3, Ask(files, FileOperation.StatusOf, "/own").Value);
        Assert.Equal(Errno.ENOENT, Open(files, "/lib", FileFlags.Write).Error);
        Assert.Equal("library", File.ReadAllText(Path.Combine(libraries, "lib")));
    }

    private static void Link(string folder, string name, string target) =>
        File.CreateSymbolicLink(Path.Combine(folder, name), target);

    private static FileReply Open(HostFiles files, string path, FileFlags flags = FileFlags.None) =>
        files.Carry(new FileRequest { Operation = FileOperation.Open, Handle = 1, Path = path, Flags = flags, Mode = 0x1a4 })!.Value;

    private static FileReply Ask(HostFiles files, FileOperation operation, string path) =>
        files.Carry(new FileRequest { Operation = operation, Path = path })!.Value;

    private static FileReply Write(HostFiles files, string path, long at, string text) => files.Carry(new FileRequest
    {
        Operation = FileOperation.Write,
        Handle = 1,
        Path = path,
        Flags = FileFlags.Write,
        Offset = at,
        Data = Encoding.UTF8.GetBytes(text),
    })!.Value;

    private HostFiles Files() => new(new ProgramFiles { Root = _folder.Path }, _trouble.Add);
}

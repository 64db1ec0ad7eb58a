using System.Runtime.CompilerServices;
using System.Text;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Isa.Linux;
using ShadowVm.Machine;
using ShadowVm.Machine.Description;
using ShadowVm.Machine.Programs;

namespace ShadowVm.Vmm.Tests.World;

/// <summary>What a run of a program came to.</summary>
internal sealed record ProgramResult(UInt128 AllDigests, string Console, string Files, int? ExitCode, ulong Instructions);

/// <summary>
/// Two replicas of a Linux program in one thread with files in memory. Each reply comes at the boundary after its
/// request; where the script says so, it is lost and a disconnect comes instead, the request performed or not.
/// </summary>
internal sealed class ProgramWorld
{
    private static readonly string Root = FindRoot();
    private static readonly MachineDescription User =
        MachineDescription.Parse("user.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "user.machine")));

    private static readonly Dictionary<string, IsaDefinition> Definitions = [];

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, string> _open = [];
    private readonly StringBuilder _console = new();
    private int _requests;

    /// <summary>Requests by number from 1 whose reply is lost; true where they were performed all the same.</summary>
    public Dictionary<int, bool> Lost { get; } = [];

    /// <summary>Requests that came, the repeated ones too.</summary>
    public int Requests => _requests;

    public static VirtualMachine Machine(string target, string program, long epochLength, EngineSettings engine, string[] arguments) =>
        Machine(DefinitionOf(target), Image(target, program), epochLength, engine, [program, .. arguments]);

    public static VirtualMachine Machine(
        IsaDefinition isa, byte[] image, long epochLength, EngineSettings engine, params string[] arguments) =>
        new(isa, User, image, new VirtualMachineSettings
        {
            EpochLength = epochLength,
            MemoryBytes = 4 << 20,
            Engine = engine,
            Program = new ProgramSettings { Arguments = arguments },
        });

    private static IsaDefinition DefinitionOf(string target)
    {
        lock (Definitions)
        {
            if (Definitions.TryGetValue(target, out var known)) return known;
            var (isa, variant) = Programs.DefinitionOf(target);
            var source = IsaSource.FromFolder(Path.Combine(Root, "isa", isa));
            return Definitions[target] = IsaDefinition.Load(source, variant);
        }
    }

    public static byte[] Image(string target, string program) =>
        File.ReadAllBytes(Path.Combine(Root, "tests", "Guests", "linux", "bin", target, program + ".elf"));

    /// <summary>Runs both replicas in step and compares their digests at each boundary.</summary>
    public ProgramResult Run(VirtualMachine primary, VirtualMachine backup)
    {
        DeviceInput[] batch = [];
        var clock = InstructionClock.First;
        UInt128 all = 0;
        while (true)
        {
            primary.BeginEpoch(batch, clock);
            backup.BeginEpoch(batch, clock);
            primary.RunEpoch();
            backup.RunEpoch();
            var digest = primary.Digest();
            if (digest != backup.Digest())
            {
                var slot = primary.Cpu.Slots.CommonPrefixLength(backup.Cpu.Slots);
                Assert.Fail($"they differ at the end of epoch {primary.Epoch}, after {primary.Retired} and {backup.Retired} "
                    + $"instructions; first slot that does: {slot}");
            }

            all = (all * 31) + digest;
            if (primary.ExitCode is not null) break;
            batch = [.. Serve(primary)];
            clock = InstructionClock.Next(primary, batch.Length != 0);
            if (primary.Waiting && batch.Length == 0 && clock.Base == primary.GuestTime && primary.Outputs.Length == 0)
                Assert.Fail($"it waits for nothing in epoch {primary.Epoch}");
        }

        foreach (var output in primary.Outputs) Print(output);
        var files = string.Join(';', _files.Order().Select(file => $"{file.Key}={Encoding.UTF8.GetString(file.Value)}"));
        return new ProgramResult(all, _console.ToString(), files, primary.ExitCode, primary.Retired);
    }

    private List<DeviceInput> Serve(VirtualMachine machine)
    {
        var inputs = new List<DeviceInput>();
        foreach (var output in machine.Outputs)
        {
            if (output.Device == 0)
            {
                Print(output);
                continue;
            }

            Assert.True(FileRequest.TryDecode(output.Kind, output.Data, out var request));
            if (request.Operation == FileOperation.Close)
            {
                _open.Remove(request.Handle);
                continue;
            }

            if (!Lost.TryGetValue(++_requests, out var performed))
            {
                inputs.Add(Perform(request).ToInput(output.Device));
                continue;
            }

            if (performed) Perform(request);
            _open.Clear(); // the survivor has none open
            machine.AddDisconnects(inputs);
        }

        return inputs;
    }

    private void Print(DeviceOutput output) => _console.Append(Encoding.UTF8.GetString(output.Data));

    private FileReply Perform(FileRequest request)
    {
        var there = _files.TryGetValue(request.Path, out var bytes);
        switch (request.Operation)
        {
            case FileOperation.Open:
                if (!there && !request.Flags.HasFlag(FileFlags.Create)) return Failed(request, Errno.ENOENT);
                if (!there || request.Flags.HasFlag(FileFlags.Truncate)) _files[request.Path] = [];
                _open[request.Handle] = request.Path;
                return Done(request, 0, Encoding.UTF8.GetBytes(request.Path));
            case FileOperation.StatusOf when !there:
                return Failed(request, Errno.ENOENT);
            case FileOperation.StatusOf:
                var status = new byte[FileStatus.Bytes];
                new FileStatus(1, FileStatus.Regular | 0x1a4, bytes!.Length, 0, 0, 0).Write(status);
                return Done(request, bytes.Length, status);
            case FileOperation.Rename when !there:
                return request.Again ? Done(request, 0, []) : Failed(request, Errno.ENOENT);
            case FileOperation.Rename:
                _files.Remove(request.Path);
                _files[request.Target] = bytes!;
                return Done(request, 0, []);
        }

        var path = _open.GetValueOrDefault(request.Handle, request.Path); // opened again by its path
        if (!_files.TryGetValue(path, out bytes)) return Failed(request, Errno.ESTALE);
        var at = (int)request.Offset;
        if (request.Operation == FileOperation.Read)
            return Done(request, 0, bytes[Math.Min(at, bytes.Length)..Math.Min(at + request.Count, bytes.Length)]);
        Assert.Equal(FileOperation.Write, request.Operation);
        if (bytes.Length < at + request.Count) Array.Resize(ref bytes, at + request.Count);
        request.Data.Span.CopyTo(bytes.AsSpan(at));
        _files[path] = bytes;
        return Done(request, request.Count, []);
    }

    private static FileReply Done(FileRequest request, long value, byte[] data) => new(request.Id, Errno.None, value, data);

    private static FileReply Failed(FileRequest request, Errno error) => new(request.Id, error, 0, default);

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

using ShadowVm.Machine.Elf;

namespace ShadowVm.Machine.Programs;

/// <content>A program's start: image, dynamic linker, stack (System V psABI, "Process Initialization").</content>
public sealed partial class LinuxProgram
{
    // Kinds of the auxiliary vector, the same for all instruction sets.
    private const ulong AuxHeaders = 3;
    private const ulong AuxHeaderBytes = 4;
    private const ulong AuxHeaderCount = 5;
    private const ulong AuxPageBytes = 6;
    private const ulong AuxBase = 7;
    private const ulong AuxFlags = 8;
    private const ulong AuxEntry = 9;
    private const ulong AuxUser = 11;
    private const ulong AuxEffectiveUser = 12;
    private const ulong AuxGroup = 13;
    private const ulong AuxEffectiveGroup = 14;
    private const ulong AuxCapabilities = 16;
    private const ulong AuxTicks = 17;
    private const ulong AuxSecure = 23;
    private const ulong AuxRandom = 25;
    private const ulong AuxName = 31;

    /// <summary>Loads the program and makes its stack.</summary>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="target">What it must be made for.</param>
    /// <returns>Address of the first instruction.</returns>
    /// <exception cref="ImageException">It can't be loaded; the message says why.</exception>
    public ulong Start(string name, ReadOnlySpan<byte> bytes, ElfTarget target)
    {
        var image = ProgramImage.Read(name, bytes, target);
        var bias = image.IsMovable ? _host.Memory.Start - (image.Start & ~0xffffUL) : 0;
        image.Load(bytes, _host.Memory, bias);
        _space.StartHeap(image.End + bias);
        if (_space.Break > _space.StackBottom)
            throw new ImageException($"{name}: leaves no room for a stack; give it more memory with -m");
        var (entry, linkerAt) = (image.Entry + bias, 0UL);
        if (image.Interpreter is { } path)
        {
            if (_settings.Interpreter.IsEmpty)
                throw new ImageException($"{name}: asks for the dynamic linker {path}; give -L a folder that has it");
            var linker = ProgramImage.Read(path, _settings.Interpreter.Span, target);
            linkerAt = Place(path, linker);
            linker.Load(_settings.Interpreter.Span, _host.Memory, linkerAt - (linker.Start & ~0xffffUL));
            entry = linker.Entry + (linkerAt - (linker.Start & ~0xffffUL));
        }

        MakeStack(image, bias, linkerAt);
        return entry;
    }

    private ulong Place(string path, ProgramImage linker)
    {
        var length = linker.End - (linker.Start & ~0xffffUL) + 0xffff;
        var error = _space.Map(0, length, 7, isFixed: false, replaces: false, out var at);
        if (error != Isa.Linux.Errno.None || !linker.IsMovable)
            throw new ImageException($"{path}: finds no room in memory; give it more with -m");
        return (at + 0xffff) & ~0xffffUL;
    }

    private void MakeStack(ProgramImage image, ulong bias, ulong linkerAt)
    {
        const int randomBytes = 16;
        var stack = new StackBuilder(_memory, _space.End, _space.StackBottom);
        var name = stack.Text(_settings.Arguments.Count > 0 ? _settings.Arguments[0] : "program");
        Span<byte> random = stackalloc byte[randomBytes];
        _random.Fill(random);
        var randomAt = stack.Bytes(random);
        var environment = _settings.Environment.Reverse().Select(stack.Text).Reverse().ToList();
        var arguments = _settings.Arguments.Reverse().Select(stack.Text).Reverse().ToList();
        stack.Auxiliary(AuxPageBytes, (ulong)_abi.PageBytes);
        stack.Auxiliary(AuxHeaders, image.Headers + (image.Headers == 0 ? 0 : bias));
        stack.Auxiliary(AuxHeaderBytes, (ulong)image.HeaderBytes);
        stack.Auxiliary(AuxHeaderCount, (ulong)image.HeaderCount);
        stack.Auxiliary(AuxBase, linkerAt);
        stack.Auxiliary(AuxFlags, 0);
        stack.Auxiliary(AuxEntry, image.Entry + bias);
        stack.Auxiliary(AuxUser, UserId);
        stack.Auxiliary(AuxEffectiveUser, UserId);
        stack.Auxiliary(AuxGroup, UserId);
        stack.Auxiliary(AuxEffectiveGroup, UserId);
        stack.Auxiliary(AuxCapabilities, _abi.Capabilities);
        stack.Auxiliary(AuxTicks, 100);
        stack.Auxiliary(AuxSecure, 0);
        stack.Auxiliary(AuxRandom, randomAt);
        stack.Auxiliary(AuxName, name);
        _cpu[_abi.StackSlot] = stack.Finish(arguments, environment, _abi.StackAlignment);
    }
}

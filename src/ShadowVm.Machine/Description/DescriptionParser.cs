using System.Text;
using ShadowVm.Engine.Memory;

namespace ShadowVm.Machine.Description;

/// <summary>Reads a description and collects all that is wrong with it.</summary>
internal sealed class DescriptionParser
{
    private const int MaxErrors = 100;
    private const int MaxName = 32;

    private static readonly PropertyRule[] Place =
    [
        new("at", PropertyType.Number, IsRequired: true),
        new("size", PropertyType.Number, IsRequired: true),
    ];

    private readonly string _file;
    private readonly byte[] _source;
    private readonly List<DescriptionError> _errors = [];
    private readonly List<DeviceDescription> _devices = [];
    private readonly List<string> _architectures = [];
    private string? _name;
    private string? _abi;
    private Token? _ram;
    private ulong _ramStart;
    private ulong _ramSize;

    public DescriptionParser(string file, ReadOnlySpan<byte> source)
    {
        _file = file;
        _source = source.Length <= MachineDescription.MaxBytes ? source.ToArray() : [];
        if (source.Length <= MachineDescription.MaxBytes) return;
        Error(1, 1, $"the text has {source.Length} bytes, more than {MachineDescription.MaxBytes}");
    }

    public MachineDescription Parse()
    {
        if (_errors.Count == 0) ReadLines();
        if (_errors.Count == 0) CheckWhole();
        if (_errors.Count > 0) throw new MachineDescriptionException(_errors);
        return new MachineDescription(_file, _source, _name!, _architectures, _abi, _ramStart, _ramSize, _devices);
    }

    private void ReadLines()
    {
        var rest = _source.AsSpan();
        for (var line = 1; !rest.IsEmpty && _errors.Count < MaxErrors; line++)
        {
            var end = rest.IndexOf((byte)'\n');
            var tokens = Split(end < 0 ? rest : rest[..end], line);
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (tokens is { Count: > 0 }) ReadStatement(tokens);
        }
    }

    /// <summary>The words of a line; null where it has a byte that no word can have.</summary>
    private List<Token>? Split(ReadOnlySpan<byte> line, int number)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < line.Length && line[at] != '#';)
        {
            if (line[at] is (byte)' ' or (byte)'\t' or (byte)'\r')
            {
                at++;
                continue;
            }

            var start = at;
            for (; at < line.Length && line[at] is > (byte)' ' and < 0x7f and not (byte)'#'; at++)
            {
            }

            if (at == start)
            {
                Error(number, at + 1, $"byte 0x{line[at]:x2} is not a printable ASCII character");
                return null;
            }

            tokens.Add(new Token(Encoding.ASCII.GetString(line[start..at]), number, start + 1));
        }

        return tokens;
    }

    private void ReadStatement(List<Token> tokens)
    {
        switch (tokens[0].Text)
        {
            case "machine": ReadMachine(tokens); break;
            case "for": ReadFor(tokens); break;
            case "abi": ReadAbi(tokens); break;
            case "ram": ReadRam(tokens); break;
            case "device": ReadDevice(tokens); break;
            default:
                Error(tokens[0], $"unknown statement '{Shown(tokens[0])}'; there are machine, for, abi, ram and device");
                break;
        }
    }

    private void ReadMachine(List<Token> tokens)
    {
        if (_name is not null) Error(tokens[0], "the machine has a name already");
        else if (tokens.Count != 2) Error(tokens[0], "write: machine NAME");
        else if (IsName(tokens[1])) _name = tokens[1].Text;
    }

    private void ReadFor(List<Token> tokens)
    {
        if (tokens.Count < 2) Error(tokens[0], "write: for NAME...");
        for (var at = 1; at < tokens.Count; at++)
        {
            var token = tokens[at];
            if (!IsName(token)) continue;
            if (_architectures.Contains(token.Text)) Error(token, $"'{token.Text}' stands here twice");
            else _architectures.Add(token.Text);
        }
    }

    private void ReadAbi(List<Token> tokens)
    {
        if (_abi is not null || _ram is not null) Error(tokens[0], "abi stands once, before ram");
        else if (tokens.Count != 2 || tokens[1].Text != MachineDescription.LinuxAbi) Error(tokens[0], "write: abi linux");
        else _abi = tokens[1].Text;
    }

    private void ReadRam(List<Token> tokens)
    {
        if (_ram is not null)
        {
            Error(tokens[0], "there is a ram statement already");
            return;
        }

        _ram = tokens[0];
        if (_abi is not null)
        {
            if (ReadProperties(tokens, 1, [Place[1]]) is { } size) _ramSize = size[0].Value;
            return;
        }

        if (ReadProperties(tokens, 1, Place) is not { } place) return;
        (_ramStart, _ramSize) = (place[0].Value, place[1].Value);
        if (_ramStart % GuestMemory.PageBytes == 0) return;
        Error(tokens[0], $"RAM at 0x{_ramStart:x} doesn't begin at a multiple of {GuestMemory.PageBytes}");
    }

    private void ReadDevice(List<Token> tokens)
    {
        if (tokens.Count < 3)
        {
            Error(tokens[0], "write: device NAME KIND at ADDRESS size SIZE");
            return;
        }

        var (name, kindName) = (tokens[1], tokens[2]);
        var named = IsName(name);
        if (named && _devices.Exists(device => device.Name == name.Text))
        {
            Error(name, $"there is a device '{name.Text}' already");
        }

        if (DeviceKind.Find(kindName.Text) is not { } kind)
        {
            var known = string.Join(", ", DeviceKind.All.Select(each => each.Name));
            Error(kindName, $"unknown kind of device '{Shown(kindName)}'; there are {known}");
            return;
        }

        if (ReadProperties(tokens, 3, [.. Place, .. kind.Properties]) is not { } properties || !named) return;
        var (start, size) = (properties[0].Value, properties[1].Value);
        if (!CheckWindow(name, kind, start, size)) return;
        _devices.Add(new DeviceDescription(name.Text, kind.Name, start, size, properties.GetRange(2, properties.Count - 2)));
        if (_devices.Count == MachineDescription.MaxDevices + 1)
        {
            Error(tokens[0], $"there are more than {MachineDescription.MaxDevices} devices");
        }
    }

    private bool CheckWindow(Token name, DeviceKind kind, ulong start, ulong size)
    {
        if (start % 8 != 0 || size % 8 != 0)
        {
            return Error(
                name, $"the window of '{name.Text}' at 0x{start:x} size 0x{size:x} is not in units of 8 bytes");
        }

        if (size < kind.MinimumSize)
        {
            return Error(
                name, $"the window of '{name.Text}' has 0x{size:x} bytes; {kind.Name} needs 0x{kind.MinimumSize:x}");
        }

        if (start + (size - 1) < start)
        {
            return Error(name, $"the window of '{name.Text}' at 0x{start:x} size 0x{size:x} ends beyond 64 bits");
        }

        var other = _devices.Find(device => MachineDescription.Overlap(start, size, device.Start, device.Size));
        return other is null || Error(
            name, $"the window of '{name.Text}' at 0x{start:x} overlaps that of '{other.Name}' at 0x{other.Start:x}");
    }

    /// <summary>
    /// Reads pairs of word and value, in any order, each at most once. The result has the pairs that are given, in
    /// the order of the rules; null where something is wrong.
    /// </summary>
    private List<KeyValuePair<string, ulong>>? ReadProperties(List<Token> tokens, int from, PropertyRule[] rules)
    {
        var before = _errors.Count;
        var values = new ulong?[rules.Length];
        for (var at = from; at < tokens.Count; at += 2)
        {
            var rule = Array.FindIndex(rules, each => each.Name == tokens[at].Text);
            if (rule < 0) Error(tokens[at], $"unknown property '{Shown(tokens[at])}'; there are {Names(rules)}");
            else if (at + 1 == tokens.Count) Error(tokens[at], $"'{tokens[at].Text}' has no value");
            else if (values[rule] is not null) Error(tokens[at], $"'{tokens[at].Text}' stands here twice");
            else if (Quantity.Read(rules[rule].Type, tokens[at + 1].Text, out var value) is { } problem)
            {
                Error(tokens[at + 1], problem);
            }
            else values[rule] = value;
        }

        if (_errors.Count > before) return null;
        for (var rule = 0; rule < rules.Length; rule++)
        {
            if (rules[rule].IsRequired && values[rule] is null) Error(tokens[0], $"'{rules[rule].Name}' is missing");
        }

        if (_errors.Count > before) return null;
        var found = new List<KeyValuePair<string, ulong>>(rules.Length);
        for (var rule = 0; rule < rules.Length; rule++)
        {
            if (values[rule] is { } value) found.Add(new(rules[rule].Name, value));
        }

        return found;
    }

    private void CheckWhole()
    {
        var end = _source.AsSpan().Count((byte)'\n') + 1;
        if (_name is null) Error(end, 1, "there is no machine statement");
        if (_abi is not null && _devices.Count > 0) Error(end, 1, $"programs of abi {_abi} see no devices");
        if (_architectures.Count == 0) Error(end, 1, "there is no for statement");
        if (_ram is not { } ram) Error(end, 1, "there is no ram statement");
        else if (MachineDescription.RamProblem(_ramStart, _ramSize, _devices) is { } problem) Error(ram, problem);
    }

    private bool IsName(Token token)
    {
        var isName = token.Text.Length <= MaxName && char.IsAsciiLetter(token.Text[0])
            && token.Text.All(each => char.IsAsciiLetterOrDigit(each) || each is '-' or '_');
        return isName || Error(
            token, $"'{Shown(token)}' is not a name of up to {MaxName} letters, digits, '-' and '_'");
    }

    private static string Names(PropertyRule[] rules) => string.Join(", ", rules.Select(rule => rule.Name));

    private static string Shown(Token token) => token.Text.Length <= 40 ? token.Text : token.Text[..40] + "...";

    private bool Error(Token token, string message) => Error(token.Line, token.Column, message);

    private bool Error(int line, int column, string message)
    {
        if (_errors.Count < MaxErrors) _errors.Add(new DescriptionError(_file, line, column, message));
        return false;
    }
}

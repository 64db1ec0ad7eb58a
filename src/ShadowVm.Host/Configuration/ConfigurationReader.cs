using System.Buffers.Binary;
using System.Text;

namespace ShadowVm.Host.Configuration;

/// <summary>
/// Takes the elements of the configuration's layout off hostile bytes. The first failure sticks: everything after it
/// reads as nothing, so that callers need to look once, at the end.
/// </summary>
internal ref struct ConfigurationReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>What is wrong, or null.</summary>
    public string? Failure { get; private set; }

    public void Fail(string why)
    {
        Failure ??= why;
        _rest = default;
    }

    public byte U8(string what, byte max)
    {
        var field = Take(what, 1);
        var value = field.IsEmpty ? (byte)0 : field[0];
        if (value > max) Fail($"its {what} is {value}, {max} is the largest");
        return Failure is null ? value : (byte)0;
    }

    public ushort U16(string what) =>
        Take(what, sizeof(ushort)) is { IsEmpty: false } field
            ? BinaryPrimitives.ReadUInt16LittleEndian(field)
            : (ushort)0;

    public uint U32(string what) =>
        Take(what, sizeof(uint)) is { IsEmpty: false } field ? BinaryPrimitives.ReadUInt32LittleEndian(field) : 0;

    public ulong U64(string what) =>
        Take(what, sizeof(ulong)) is { IsEmpty: false } field ? BinaryPrimitives.ReadUInt64LittleEndian(field) : 0;

    public int I32(string what, int min, int max)
    {
        var value = (int)U32(what);
        if (value < min || value > max) Fail($"its {what} is {value}, outside {min} to {max}");
        return value;
    }

    public long I64(string what, long min, long max)
    {
        var value = (long)U64(what);
        if (value < min || value > max) Fail($"its {what} is {value}, outside {min} to {max}");
        return value;
    }

    public int Count(string what, int max)
    {
        var count = U16(what);
        if (count > max) Fail($"it has {count} {what}, {max} is the limit");
        return Failure is null ? count : 0;
    }

    public Guid Guid(string what) =>
        Take(what, 16) is { IsEmpty: false } field ? new Guid(field) : System.Guid.Empty;

    public string String(string what)
    {
        var length = U16(what);
        if (length > ConfigurationCodec.StringBytesMax) Fail($"its {what} has {length} bytes");
        return Text(what, Take(what, length));
    }

    /// <summary>A longer text, which <see cref="Bytes"/> has the layout of.</summary>
    public string LongString(string what, int max) => Text(what, Bytes(what, max));

    private string Text(string what, ReadOnlySpan<byte> field)
    {
        try
        {
            return Strict.GetString(field);
        }
        catch (DecoderFallbackException)
        {
            Fail($"its {what} is no text");
            return "";
        }
    }

    public byte[] Bytes(string what, int max)
    {
        var length = U32(what);
        if (length > (uint)max) Fail($"its {what} has {length} bytes, {max} is the limit");
        return Failure is null ? Take(what, (int)length).ToArray() : [];
    }

    public void End()
    {
        if (!_rest.IsEmpty) Fail($"{_rest.Length} bytes follow its end");
    }

    private ReadOnlySpan<byte> Take(string what, int count)
    {
        if (Failure is not null) return default;
        if (count > _rest.Length)
        {
            Fail($"it ends inside its {what}");
            return default;
        }

        var field = _rest[..count];
        _rest = _rest[count..];
        return field;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ShadowVm.Host.Configuration;

/// <summary>Appends the elements of the configuration's layout; a value over its limit is refused here.</summary>
internal sealed class ConfigurationWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    public void U8(byte value) => _bytes.Write([value]);

    public void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.GetSpan(sizeof(ushort)), value);
        _bytes.Advance(sizeof(ushort));
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(sizeof(uint)), value);
        _bytes.Advance(sizeof(uint));
    }

    public void I32(int value) => U32((uint)value);

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(sizeof(ulong)), value);
        _bytes.Advance(sizeof(ulong));
    }

    public void I64(long value) => U64((ulong)value);

    public void Raw(ReadOnlySpan<byte> value) => _bytes.Write(value);

    public void Bytes(ReadOnlySpan<byte> value)
    {
        U32((uint)value.Length);
        Raw(value);
    }

    public void String(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        if (bytes.Length > ConfigurationCodec.StringBytesMax)
        {
            throw new HostException(
                $"'{value}' has {bytes.Length} bytes; {ConfigurationCodec.StringBytesMax} is the limit.");
        }

        U16((ushort)bytes.Length);
        Raw(bytes);
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}

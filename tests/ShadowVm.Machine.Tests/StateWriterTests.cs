namespace ShadowVm.Machine.Tests;

public sealed class StateWriterTests
{
    [Fact]
    public void Values_stand_behind_their_names_in_a_fixed_layout()
    {
        var writer = new StateWriter();
        writer.Write("n", 0x0102);
        writer.Write("b", [1, 2, 3]);
        writer.WriteName("xy");
        writer.Write(ulong.MaxValue);
        Assert.Equal(
            "6e00" + "0201000000000000" + "6200" + "0300000000000000" + "010203" + "787900" + "ffffffffffffffff",
            Convert.ToHexStringLower(writer.Written));
        writer.Clear();
        Assert.Equal(0, writer.Length);
    }

    [Fact]
    public void Two_pieces_are_written_like_one()
    {
        var (whole, pieces) = (new StateWriter(), new StateWriter());
        whole.Write("b", [1, 2, 3, 4]);
        pieces.Write("b", [1, 2, 3], [4]);
        Assert.Equal(whole.Written.ToArray(), pieces.Written.ToArray());
    }

    [Fact]
    public void More_than_the_first_buffer_is_kept()
    {
        var writer = new StateWriter();
        for (var at = 0UL; at < 5000; at++) writer.Write(at);
        writer.Write("tail", new byte[100_000]);
        Assert.Equal(5000 * 8 + 5 + 8 + 100_000, writer.Length);
        Assert.Equal(4999, BitConverter.ToInt64(writer.Written[(4999 * 8)..]));
    }
}

using System.Text;
using ShadowVm.Machine.Description;

namespace ShadowVm.Machine.Tests;

public sealed class DescriptionTests
{
    private const string Minimal = "machine m\nfor a\nram at 0x1000 size 4K\n";

    [Fact]
    public void The_shipped_virt_machine_has_the_memory_map_of_qemu()
    {
        var virt = TestHost.Virt();

        Assert.Equal("virt", virt.Name);
        Assert.Equal(["riscv"], virt.Architectures);
        Assert.Equal(0x8000_0000UL, virt.RamStart);
        Assert.Equal(128UL << 20, virt.RamSize);
        Assert.Equal(
            [
                ("test", "finisher", 0x10_0000UL, 0x1000UL),
                ("clock", "clint", 0x200_0000UL, 0x1_0000UL),
                ("console", "uart16550", 0x1000_0000UL, 0x100UL),
                ("channel", "channel", 0x1020_0000UL, 0x1000UL),
            ],
            virt.Devices.Select(device => (device.Name, device.Kind, device.Start, device.Size)));
        Assert.Equal(7, virt.Devices[1].Line("timer-line"));
        Assert.Equal(3, virt.Devices[1].Line("software-line"));
        Assert.Equal(10_000_000UL, virt.Devices[1].Property("frequency"));
        Assert.Null(virt.Devices[2].Line("line"));
        Assert.Equal(11, virt.Devices[3].Line("line"));
    }

    [Fact]
    public void The_hash_and_the_source_are_those_of_the_bytes()
    {
        var first = Parse(Minimal);
        var second = Parse(Minimal + "# more\n");

        Assert.Equal(Minimal, Encoding.ASCII.GetString(first.Source.Span));
        Assert.Equal(first.Hash, Parse(Minimal).Hash);
        Assert.NotEqual(first.Hash, second.Hash);
        Assert.Equal(second.Hash, MachineDescription.Parse("copy", second.Source.Span).Hash);
    }

    [Fact]
    public void Blanks_comments_and_the_order_of_properties_do_not_matter()
    {
        var machine = Parse(
            "  # first\r\n\tram size 1M   at 4096#tight\r\nfor a b\nfor c\n\n"
            + "device u uart16550 line 5 size 8 at 0x800\nmachine m-1");

        Assert.Equal("m-1", machine.Name);
        Assert.Equal(["a", "b", "c"], machine.Architectures);
        Assert.Equal((4096UL, 1UL << 20), (machine.RamStart, machine.RamSize));
        Assert.Equal(5, machine.Devices[0].Line("line"));
        Assert.Equal(0x800UL, machine.Devices[0].Start);
    }

    [Theory]
    [InlineData("", "4:1: there is no machine statement", "for a\n\nram at 0 size 4K\n")]
    [InlineData("", "3:1: there is no for statement", "machine m\nram at 0 size 4K\n")]
    [InlineData("", "3:1: there is no ram statement", "machine m\nfor a\n")]
    [InlineData("cpu fast", "4:1: unknown statement 'cpu'; there are machine, for, abi, ram and device")]
    [InlineData("machine n", "4:1: the machine has a name already")]
    [InlineData("", "1:1: write: machine NAME", "machine\nfor a\nram at 0 size 4K\n")]
    [InlineData("", "1:9: '1x' is not a name of up to 32 letters, digits, '-' and '_'", "machine 1x\n")]
    [InlineData("for", "4:1: write: for NAME...")]
    [InlineData("for a", "4:5: 'a' stands here twice")]
    [InlineData("ram at 0 size 4K", "4:1: there is a ram statement already")]
    [InlineData("", "1:1: 'size' is missing", "ram at 0\n")]
    [InlineData("", "1:10: 'size' has no value", "ram at 0 size\n")]
    [InlineData("", "1:8: '12Q' is not a number; write 0x10000000, 4096 or 128M", "ram at 12Q size 4K")]
    [InlineData("", "1:8: '-1' is not a number; write 0x10000000, 4096 or 128M", "ram at -1 size 4K")]
    [InlineData("", "1:8: '0x' is not a number; write 0x10000000, 4096 or 128M", "ram at 0x size 4K")]
    [InlineData("", "1:8: 'K' is not a number; write 0x10000000, 4096 or 128M", "ram at K size 4K")]
    [InlineData("", "1:8: '0x40000000000T' is more than 64 bits", "ram at 0x40000000000T size 4K")]
    [InlineData("", "1:1: RAM at 0x800 doesn't begin at a multiple of 4096", "ram at 0x800 size 4K")]
    [InlineData("", "3:1: RAM size 0x801 is not a number of 4096-byte pages from 1 page to 1 TiB",
        "machine m\nfor a\nram at 0 size 0x801")]
    [InlineData("", "3:1: RAM size 0x0 is not a number of 4096-byte pages from 1 page to 1 TiB",
        "machine m\nfor a\nram at 0 size 0")]
    [InlineData("", "3:1: RAM of 0x2000 bytes at 0xfffffffffffff000 ends beyond 64 bits",
        "machine m\nfor a\nram at 0xfffffffffffff000 size 8K")]
    [InlineData("device u", "4:1: write: device NAME KIND at ADDRESS size SIZE")]
    [InlineData("device u uart at 0 size 8",
        "4:10: unknown kind of device 'uart'; there are uart16550, clint, finisher, channel")]
    [InlineData("device u uart16550 size 8", "4:1: 'at' is missing")]
    [InlineData("device u uart16550 at 0 size 8 color 3", "4:32: unknown property 'color'; there are at, size, line")]
    [InlineData("device u uart16550 at 0 at 0 size 8", "4:25: 'at' stands here twice")]
    [InlineData("device u uart16550 at 0 size 8 line 64", "4:37: '64' is not an interrupt line from 0 to 63")]
    [InlineData("device u uart16550 at 4 size 8", "4:8: the window of 'u' at 0x4 size 0x8 is not in units of 8 bytes")]
    [InlineData("device u uart16550 at 0 size 9", "4:8: the window of 'u' at 0x0 size 0x9 is not in units of 8 bytes")]
    [InlineData("device u uart16550 at 0 size 0", "4:8: the window of 'u' has 0x0 bytes; uart16550 needs 0x8")]
    [InlineData("device u uart16550 at 0xfffffffffffffff8 size 16",
        "4:8: the window of 'u' at 0xfffffffffffffff8 size 0x10 ends beyond 64 bits")]
    [InlineData("device u uart16550 at 0x2000 size 16\ndevice v uart16550 at 0x2008 size 8",
        "5:8: the window of 'v' at 0x2008 overlaps that of 'u' at 0x2000")]
    [InlineData("device u uart16550 at 0x2000 size 16\ndevice u uart16550 at 0x3000 size 8",
        "5:8: there is a device 'u' already")]
    [InlineData("device u uart16550 at 0x1ff8 size 8",
        "3:1: RAM from 0x1000 to 0x1fff overlaps the device 'u' at 0x1ff8")]
    [InlineData("device c clint at 0x10000 size 0x10000 timer-line 7 software-line 3", "4:1: 'frequency' is missing")]
    [InlineData("device c clint at 0x10000 size 0x10000 timer-line 7 software-line 3 frequency 10",
        "4:79: '10' is not a frequency; write 10MHz")]
    [InlineData("device c clint at 0x10000 size 0x10000 timer-line 7 software-line 3 frequency Hz",
        "4:79: 'Hz' is not a frequency; write 10MHz")]
    [InlineData("device c clint at 0x10000 size 0x10000 timer-line 7 software-line 3 frequency 0MHz",
        "4:79: '0MHz' is not a frequency; write 10MHz")]
    [InlineData("device c clint at 0x10000 size 0x10000 timer-line 7 software-line 3 frequency 3MHz",
        "4:79: '3MHz' has no period of whole nanoseconds")]
    [InlineData("device c clint at 0x10000 size 0x10000 timer-line 7 software-line 3 frequency 2GHz",
        "4:79: '2GHz' has no period of whole nanoseconds")]
    [InlineData("device c clint at 0x10000 size 0x8000 timer-line 7 software-line 3 frequency 1kHz",
        "4:8: the window of 'c' has 0x8000 bytes; clint needs 0xc000")]
    [InlineData("ram \u00e9", "4:5: byte 0xc3 is not a printable ASCII character")]
    [InlineData("ram \u0001", "4:5: byte 0x01 is not a printable ASCII character")]
    public void Each_error_is_a_sentence_with_its_place(string more, string expected, string text = Minimal)
    {
        var thrown = Assert.Throws<MachineDescriptionException>(() => Parse(text + more));

        Assert.Contains("file:" + expected, thrown.Message.Split('\n'));
        Assert.Equal(thrown.Message.Split('\n'), thrown.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var thrown = Assert.Throws<MachineDescriptionException>(() => Parse(
            "machine 7\nfor a a\nwhat\nram at 1x size 2y\ndevice d toaster at 0 size 8\n"));

        Assert.Equal(
            [(1, 9), (2, 7), (3, 1), (4, 8), (4, 16), (5, 10)],
            thrown.Errors.Select(error => (error.Line, error.Column)));
    }

    [Fact]
    public void Length_devices_and_errors_are_limited()
    {
        var tooLong = Assert.Throws<MachineDescriptionException>(
            () => Parse(Minimal + new string('#', MachineDescription.MaxBytes)));
        Assert.Equal(
            $"the text has {Minimal.Length + 65536} bytes, more than 65536", Assert.Single(tooLong.Errors).Message);

        var devices = Enumerable.Range(0, 65).Select(at => $"device d{at} uart16550 at {0x10000 + (at * 8)} size 8\n");
        var tooMany = Assert.Throws<MachineDescriptionException>(() => Parse(Minimal + string.Concat(devices)));
        Assert.Equal("there are more than 64 devices", Assert.Single(tooMany.Errors).Message);
        Assert.Equal(64, Parse(Minimal + string.Concat(devices.Take(64))).Devices.Count);

        var noisy = Assert.Throws<MachineDescriptionException>(
            () => Parse(string.Concat(Enumerable.Repeat("x\n", 5000))));
        Assert.Equal(100, noisy.Errors.Count);
    }

    [Fact]
    public void Another_size_of_ram_is_checked_against_the_devices()
    {
        var machine = Parse(Minimal + "device u uart16550 at 0x8000 size 8\n");

        Assert.Null(machine.RamProblem(0x7000));
        Assert.Equal("RAM from 0x1000 to 0x8fff overlaps the device 'u' at 0x8000", machine.RamProblem(0x8000));
        Assert.NotNull(machine.RamProblem(0));
        Assert.NotNull(machine.RamProblem(4095));
        Assert.NotNull(machine.RamProblem(ulong.MaxValue - 4095));
    }

    [Fact]
    public void Mutations_of_the_virt_machine_parse_or_are_refused_with_errors()
    {
        var text = TestHost.Virt().Source.ToArray();
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var mutated = text.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                mutated[random.Next(mutated.Length)] = random.Next(3) == 0
                    ? (byte)random.Next(256)
                    : text[random.Next(text.Length)];
            }

            try
            {
                using var host = new TestHost();
                Assert.NotEmpty(new Bus(MachineDescription.Parse("f", mutated), host).Devices);
            }
            catch (MachineDescriptionException exception)
            {
                Assert.NotEmpty(exception.Errors);
            }
        }
    }

    private static MachineDescription Parse(string text) =>
        MachineDescription.Parse("file", Encoding.UTF8.GetBytes(text));
}

using ShadowVm.Isa.Linux;

namespace ShadowVm.Isa.Tests;

/// <summary>The tables of <c>abi linux</c>: what is wrong in one is said where it stands.</summary>
public class LinuxTableTests
{
    private const string Whole = """
        abi linux
            memory at 0x10000
            machine "toy"
            stack r2 align 16
            thread r4
            syscall worse number r1 arguments r3..r6 stack 16 pairs even result r1 second r7 error flag r8
            signal 11 bad
            call  exit 1 read 2 write 3
            errno  EPERM 1 ENOENT 2 ESRCH 3 EINTR 4 EIO 5 ENXIO 6 EBADF 9 EAGAIN 11 ENOMEM 12 EACCES 13 EFAULT 14 EBUSY 16
            errno  EEXIST 17 EXDEV 18 ENODEV 19 ENOTDIR 20 EISDIR 21 EINVAL 22 EMFILE 24 ENOTTY 25 EFBIG 27 ENOSPC 28
            errno  ESPIPE 29 EROFS 30 ERANGE 34 ENAMETOOLONG 36 ENOSYS 38 ENOTEMPTY 39 ELOOP 40 EOVERFLOW 75
            errno  EOPNOTSUPP 95 ETIMEDOUT 110 ESTALE 116
            value  O_CREAT 1 O_EXCL 2 O_TRUNC 4 O_APPEND 8 O_DIRECTORY 16 O_NOFOLLOW 32 O_CLOEXEC 64 O_TMPFILE 128
            value  MAP_FIXED 16 MAP_FIXED_NOREPLACE 64 MAP_ANONYMOUS 32 MADV_DONTNEED 4
            value  SIGBUS 7 SIGCHLD 17 SIGCONT 18 SIGSTOP 19 SIGURG 23 SIGWINCH 28 SIG_BLOCK 0 SIG_UNBLOCK 1 SIG_SETMASK 2
            value  TCGETS 1 TIOCGWINSZ 2 RLIMIT_NOFILE 7

        """;

    [Fact]
    public void A_whole_table_is_read()
    {
        var abi = Toy.Load(Whole).ReadLinux()!;
        Assert.Equal((0x10000UL, 4096, "toy"), (abi.MemoryStart, abi.PageBytes, abi.MachineName));
        Assert.Equal(4, abi.ArgumentSlots.Count);
        Assert.Equal(abi.NumberSlot, abi.ResultSlot);
        Assert.Equal(abi.NumberSlot + 6, abi.SecondSlot);
        Assert.Equal(abi.NumberSlot + 7, abi.ErrorSlot);
        Assert.Equal(SystemCall.Write, abi.Calls[3]);
        Assert.Equal(38, abi.Errors[(int)Errno.ENOSYS]);
        Assert.Equal(64UL, abi[LinuxValue.OCloexec]);
        Assert.Equal(11, abi.Signals[1]);
        Assert.Empty(Toy.Check(Whole));
    }

    [Fact]
    public void A_definition_without_one_has_none() => Assert.Null(Toy.Load("").ReadLinux());

    [Theory]
    [InlineData("call  exit 1", "call  exot 1", "'exot' is no call that this program knows", "did you mean 'exit'?")]
    [InlineData("write 3", "write 2", "The number 2 has a call already, read", null)]
    [InlineData("errno  EPERM 1", "errno  EPERM 1 EPERM 2", "'EPERM' has a number already", null)]
    [InlineData("ESTALE 116", "", "'abi linux' gives no errno 'ESTALE'", null)]
    [InlineData("O_EXCL 2", "", "'abi linux' gives no value 'O_EXCL'", null)]
    [InlineData("stack r2", "stack r99", "There is no register 'r99'", null)]
    [InlineData("syscall worse", "syscall worst", "No 'enum' declares the cause 'worst'", "did you mean 'worse'?")]
    [InlineData("    thread r4", "    thraed r4", "'thraed' is no line of 'abi linux'", "did you mean 'thread'?")]
    [InlineData("at 0x10000", "at 0x10001", "Memory begins at a multiple of 0x10000", null)]
    [InlineData("read 2", "read 2 readv 9", "'readv' needs 'layout iovec'", null)]
    [InlineData("    thread r4", "    layout iovec 8  base 0:4 len 2:4", "'len' overlaps 'base'", null)]
    [InlineData("    thread r4", "    layout iovec 8  base 0:4", "'iovec' says no place for 'len'", null)]
    [InlineData("    thread r4", "    layout iovec 8  base 0:4 len 6:4", "'len' ends behind the structure's 8 bytes", null)]
    [InlineData("    memory at 0x10000\n", "", "'abi linux' has no line 'memory'", null)]
    public void A_mistake_is_said(string right, string wrong, string message, string? hint)
    {
        Assert.Contains(right, Whole);
        var finding = Toy.Finding(Whole.Replace(right, wrong));
        Assert.Equal(message, finding.Message);
        Assert.Equal(hint, finding.Hint);
    }

    private const string Late = """
        delayed sums
            class    too_large=3
            deliver  tell(v2, v1)
        procedure tell(classes : 64, registers : 64)
            enter 0x200
        hook float_control() -> 64
            return 0
        hook set_float_control(value : 64)
            r[1] = 0

        """;

    [Fact]
    public void Traps_that_come_late_have_a_signal()
    {
        var abi = Toy.Load(Late + Whole.Replace("signal 11 bad", "signal 11 bad\n    signal 8 worse delayed sums")).ReadLinux()!;
        Assert.Equal((8, "sums"), (abi.Delayed!.Signal, abi.Delayed.Name));
        Assert.Equal([("too_large", 3)], abi.Delayed.Classes);
        Assert.Equal(8, abi.Signals[2]);
        Assert.Null(Toy.Load(Whole).ReadLinux()!.Delayed);
        Assert.Null(abi.FloatControl);
        abi = Toy.Load(Late + Whole.Replace("signal 11 bad", "signal 8 delayed sums\n    float_control read 1 2 write 3 4")).ReadLinux()!;
        Assert.Equal(new FloatControlCalls(1, 2, 3, 4), abi.FloatControl);
    }

    [Theory]
    [InlineData("signal 11 bad", "'abi linux' gives no signal for 'delayed sums'", "add 'signal NUMBER delayed sums'")]
    [InlineData("signal 8 delayed sum", "There is no 'delayed sum'", "did you mean 'sums'?")]
    [InlineData("signal 8 delayed sums delayed sums", "'delayed sums' has signal 8 already", null)]
    [InlineData("float_control read 1 2 wriet 3 4", "Expected 'write' behind the call that reads, not 'wriet'", null)]
    public void A_mistake_about_them_is_said(string line, string message, string? hint)
    {
        var finding = Toy.Finding(Late + Whole.Replace("signal 11 bad", line));
        Assert.Equal((message, hint), (finding.Message, finding.Hint));
    }

    [Fact]
    public void Without_what_it_names_a_line_is_refused()
    {
        Assert.Equal("There is no 'delayed sums'", Toy.Finding(Whole.Replace("signal 11 bad", "signal 8 delayed sums")).Message);
        var finding = Toy.Finding(Whole.Replace("signal 11 bad", "float_control read 1 2 write 3 4"));
        Assert.Equal("The line 'float_control' needs a 'hook float_control'", finding.Message);
        Assert.Equal("add 'hook float_control() -> 64'", finding.Hint);
    }

    [Fact]
    public void Shipped_tables_are_whole()
    {
        var abi = IsaDefinition.Load(Toy.Shipped("riscv"), "rv64im").ReadLinux()!;
        Assert.Equal(SystemCall.Openat, abi.Calls[56]);
        Assert.Equal(128, abi[LinuxLayout.Stat].Bytes);
        Assert.Null(IsaDefinition.Load(Toy.Shipped("riscv"), "rv32im").ReadLinux());
    }

    [Theory]
    [InlineData(243, 64, false, "riscv")]
    [InlineData(8, 32, true, "mips")]
    [InlineData(8, 32, false, "mips")]
    [InlineData(0x9026, 64, false, "alpha")]
    public void A_program_s_header_finds_its_definition_and_that_its_table(int machine, int elfClass, bool bigEndian, string name)
    {
        var library = new IsaLibrary(null, null, AppContext.BaseDirectory, AppContext.BaseDirectory);
        var found = library.FindByElf(machine, elfClass, bigEndian)!;
        Assert.Equal((name, bigEndian), (found.Name, found.BigEndian));
        Assert.Contains(SystemCall.Write, found.ReadLinux()!.Calls.Values);
    }
}

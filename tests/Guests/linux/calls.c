// What of Linux a program may have, call by call, each with what it gives. Under QEMU it prints the same in an empty
// folder as its current directory.
#include "system.h"

static char buffer[70000];

static void check(const char *what, int right)
{
    put(what);
    put(right ? " ok" : " WRONG");
    end_line();
}

static int same(const char *a, const char *b, word n)
{
    for (word i = 0; i < n; i++)
        if (a[i] != b[i]) return 0;
    return 1;
}

static void memory(void)
{
    char *before = (char *)sys(brk, 0);
    char *after = (char *)sys(brk, before + 100000);
    check("brk grows", after == before + 100000);
    after[-1] = 1;
    check("brk shrinks", (char *)sys(brk, before) == before);
    sys(brk, before + 100000);
    check("what comes again is zero", after[-1] == 0);
#ifdef __NR_mmap2
    #define map(a, n, p, f, d) sys(mmap2, a, n, p, f, d, 0)
#else
    #define map(a, n, p, f, d) sys(mmap, a, n, p, f, d, 0)
#endif
    char *at = (char *)map(0, 100000, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    check("mmap", at[0] == 0 && at[99999] == 0);
    at[0] = 1;
    at[8192] = 2;
    check("mmap fixed", (char *)map(at, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1) == at && at[0] == 0 && at[8192] == 2);
    say("mprotect", sys(mprotect, at, 8192, 1));
    say("munmap", sys(munmap, at, 100000));
    say("munmap of no page", sys(munmap, at + 1, 10) == -EINVAL);
    say("mmap of nothing", map(0, 0, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1) == -EINVAL);
}

static void files(void)
{
    int f = sys(openat, AT_FDCWD, "one", O_RDWR | O_CREAT | O_TRUNC, 0644);
    say("open", f);
    say("open again with O_EXCL", sys(openat, AT_FDCWD, "one", O_RDWR | O_CREAT | O_EXCL, 0644) == -EEXIST);
    for (word i = 0; i < sizeof buffer; i++) buffer[i] = (char)(i * 7);
    say("write", sys(write, f, buffer, sizeof buffer));
    say("lseek", sys(lseek, f, 0, 1));
    say("lseek to the end", sys(lseek, f, -10, 2));
    memset(buffer, 0, sizeof buffer);
    say("read at the end", sys(read, f, buffer, 100));
    check("bytes", buffer[0] == (char)((sizeof buffer - 10) * 7));
    say("read behind it", sys(read, f, buffer, 100));
    sys(lseek, f, 0, 0);
    say("read all", sys(read, f, buffer, sizeof buffer));
    check("bytes", buffer[69999] == (char)(69999 * 7) && buffer[50000] == (char)(50000 * 7));
    struct { const char *base; word length; } parts[] = {{"abc", 3}, {"", 0}, {"defg", 4}};
    say("writev", sys(writev, f, parts, 3));
    say("lseek", sys(lseek, f, 0, 2));
    say("dup", sys(dup, f));
    say("close", sys(close, 4));
    int a = sys(openat, AT_FDCWD, "one", O_WRONLY | O_APPEND, 0);
    say("append", sys(write, a, "tail", 4));
    say("and its place", sys(lseek, a, 0, 1));
    say("read of what is for writing", sys(read, a, buffer, 4) == -EBADF);
    sys(close, a);
    sys(lseek, f, -4, 2);
    sys(read, f, buffer, 4);
    check("tail", same(buffer, "tail", 4));
    say("close", sys(close, f));
    say("close twice", sys(close, f) == -EBADF);
    say("mkdirat", sys(mkdirat, AT_FDCWD, "folder", 0755));
    say("mkdirat again", sys(mkdirat, AT_FDCWD, "folder", 0755) == -EEXIST);
    say("renameat2", sys(renameat2, AT_FDCWD, "one", AT_FDCWD, "folder/two", 0));
    say("it is gone", sys(openat, AT_FDCWD, "one", O_RDONLY, 0) == -ENOENT);
    say("faccessat", sys(faccessat, AT_FDCWD, "folder/two", 4));
    int d = sys(openat, AT_FDCWD, "folder", O_RDONLY | O_DIRECTORY, 0);
    word n = sys(getdents64, d, buffer, sizeof buffer);
    int entries = 0, seen = 0;
    for (word i = 0; i < n; i += ((byte)buffer[i + 16] | (byte)buffer[i + 17]) ) {
        entries++;
        if (same(buffer + i + 19, "two", 4)) seen = buffer[i + 18];
    }
    say("entries", entries);
    say("type of two", seen);
    say("no more entries", sys(getdents64, d, buffer, sizeof buffer));
    f = sys(openat, d, "two", O_RDONLY, 0);
    say("openat in it", f);
    say("write of what is for reading", sys(write, f, "x", 1) == -EBADF);
    sys(close, f);
    sys(close, d);
    say("rmdir of what isn't empty", sys(unlinkat, AT_FDCWD, "folder", 0x200) == -ENOTEMPTY);
    say("unlinkat", sys(unlinkat, AT_FDCWD, "folder/two", 0));
    say("unlinkat again", sys(unlinkat, AT_FDCWD, "folder/two", 0) == -ENOENT);
    say("rmdir", sys(unlinkat, AT_FDCWD, "folder", 0x200));
    say("a wrong address", sys(write, 1, -4096L, 10) == -EFAULT);
    f = sys(openat, AT_FDCWD, "/dev/null", O_WRONLY, 0);
    say("to nowhere", sys(write, f, buffer, 1000));
    sys(close, f);
}

static void process(void)
{
    byte random[2][16];
    say("getrandom", sys(getrandom, random[0], 16, 0));
    sys(getrandom, random[1], 16, 0);
    check("it is another", !same((char *)random[0], (char *)random[1], 16));
    byte name[6 * 65];
    say("uname", sys(uname, name));
    check("Linux", same((char *)name, "Linux", 6));
    sword before[2], after[2], wait[2] = {0, 2000000};
    sys(clock_gettime, 1, before);
    say("nanosleep", sys(nanosleep, wait, 0));
    sys(clock_gettime, 1, after);
    check("time passed", (after[0] - before[0]) * 1000000000L + after[1] - before[1] >= 2000000);
    say("no such call", sys_(9999, 0, 0, 0, 0, 0, 0) == -ENOSYS);
}

int program(int argc, char **argv, char **envp)
{
    say("arguments", argc);
    for (int i = 1; i < argc; i++) { put(argv[i]); end_line(); }
    (void)envp;
    memory();
    files();
    process();
    return argc;
}

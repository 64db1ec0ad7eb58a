// Writes numbered records to the file "records", some of them twice at the same place, reads each back, and prints a
// line for every tenth. The arguments: how many, and how much work lies between two.
#include "system.h"

#define BYTES 64

static sword parse(const char *text)
{
    sword value = 0;
    while (*text) value = value * 10 + (*text++ - '0');
    return value;
}

static void fill(byte *record, word index, word revision)
{
    word state = index * 2654435761UL + revision;
    for (int i = 0; i < BYTES - 1; i++) {
        state = state * 1103515245UL + 12345;
        record[i] = 'a' + (state >> 16) % 26;
    }
    record[BYTES - 1] = '\n';
}

int program(int argc, char **argv, char **envp)
{
    (void)envp;
    word count = argc > 1 ? parse(argv[1]) : 100;
    word work = argc > 2 ? parse(argv[2]) : 0;
    static byte record[BYTES], back[BYTES];
    int file = sys(openat, AT_FDCWD, "records.new", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (file < 0) { say("open", file); return 1; }
    volatile word sum = 0;
    for (word i = 0; i < count; i++) {
        for (word revision = 1; revision <= (i % 5 == 0 ? 2 : 1); revision++) {
            fill(record, i, revision);
            if (sys(lseek, file, i * BYTES, 0) != (sword)(i * BYTES)) return 2;
            sword written = sys(write, file, record, BYTES);
            if (written != BYTES) { say("write", written); return 3; }
        }
        sys(lseek, file, i * BYTES, 0);
        sword got = sys(read, file, back, BYTES);
        if (got != BYTES) { say("read", got); return 4; }
        for (int k = 0; k < BYTES; k++)
            if (record[k] != back[k]) { say("differs at", i); return 5; }
        for (word k = 0; k < work; k++) sum += k;
        if ((i + 1) % 10 == 0) say("record", i + 1);
    }
    if (sys(close, file) != 0) return 6;
    sword renamed = sys(renameat2, AT_FDCWD, "records.new", AT_FDCWD, "records", 0);
    if (renamed != 0) { say("rename", renamed); return 7; }
    say("done", count);
    return 0;
}

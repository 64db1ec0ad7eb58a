// Tries the journal's logic against a made-up machine: a channel device that performs operations in any order, loses
// completions and disconnects when it likes, boundaries between any two accesses, and checkers that know the I/O rules.
// Usage: native SEEDS [LIE]. A LIE is a device that breaks its promise: the journal has to notice and exit with 1.
// Each run is a process of its own, as a guest starts with fresh memory.
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#include "../channel.h"
#include "machine.h"

// Stated again rather than taken from guest.h, which has the guest's side.
#define UART_DATA      0x10000000UL
#define FINISHER       0x00100000UL
#define CLINT_MTIMECMP 0x02004000UL
#define CLINT_MTIME    0x0200bff8UL

#define MAX_RECORDS  400
#define MAX_EVENTS   64
#define STEPS_AT_MOST 20000000UL

int guest_main(void);
u64 trap_handler(u64 cause, u64 pc);
volatile u64 guest_parameters[8];

struct operation {
    u32 command;
    u32 tag;
    u64 sector;
    unsigned char *memory;
    unsigned char bytes[SECTOR_BYTES]; // of a write as issued, of a read as performed
    int performed;
    int lost; // its completion never comes
};

struct event {
    u32 kind;
    u32 tag;
    u32 connection;
    u32 status;
};

enum lie { NO_LIE, FORGETS_WRITE, OLD_WRITE, FLIPS_BIT, FAILS };
static const char *const lies[] = { "", "forgets-write", "old-write", "flips-bit", "fails" };

static enum lie lie;
static int lied;
static u64 seed;
static u64 state;
static u64 steps;
static jmp_buf end;

static unsigned char disk[MAX_RECORDS][SECTOR_BYTES];
static struct operation outstanding[32];
static int outstanding_count;
static struct operation owed[32]; // what a disconnect left in doubt: to be issued again
static int owed_count;
static struct event events[MAX_EVENTS];
static int event_count;
static int connected;
static int connecting;
static u32 connection;
static u32 tag, count, result, interrupt_enable;
static u64 sector, address;

static u64 now;
static u64 timer = ~0UL;
static int timer_pending;
static u64 mie;
static int unmasked;
static long until_boundary;

static long epoch, disconnect_one_in, complete_one_in, lose_one_in; // the world's habits, drawn from the seed
static u64 disconnects_taken;
static u64 reissues;
static char finished[MAX_RECORDS];
static u64 finished_count;
static char console[65536];
static size_t console_length;
static size_t line_start;

static void violation(const char *what, u64 value)
{
    printf("seed %lu: %s %lu\n%s", seed, what, value, console + line_start);
    fflush(stdout);
    _exit(2);
}

static u64 draw(u64 below)
{
    state += 0x9e3779b97f4a7c15UL;
    u64 x = state;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
    return (x ^ (x >> 31)) % below;
}

static u64 word(const unsigned char *bytes, int offset)
{
    u64 value;
    memcpy(&value, bytes + offset, 8);
    return value;
}

static void add_event(u32 kind, u32 of_tag, u32 status)
{
    if (event_count == MAX_EVENTS)
        violation("events not taken", MAX_EVENTS);
    events[event_count++] = (struct event){ kind, of_tag, connection, status };
}

static u64 revisions(u64 number)
{
    return number % 5 == 0 ? 2 : 1;
}

// The device.

static void perform(struct operation *operation)
{
    if (operation->performed)
        return;
    operation->performed = 1;
    if (operation->command == COMMAND_READ) {
        memcpy(operation->bytes, disk[operation->sector], SECTOR_BYTES);
        return;
    }
    u64 revision = word(operation->bytes, 16);
    int last = revision == revisions(operation->sector + 1);
    if (!lied && last && ((lie == FORGETS_WRITE && draw(20) == 0) || (lie == OLD_WRITE && revision == 2))) {
        lied = 1; // will say completed
        return;
    }
    memcpy(disk[operation->sector], operation->bytes, SECTOR_BYTES);
}

static void complete(int index)
{
    struct operation operation = outstanding[index];
    outstanding[index] = outstanding[--outstanding_count];
    u32 status = 0;
    if (lie == FAILS && !lied && draw(20) == 0) {
        lied = 1;
        status = 1;
    }
    if (operation.command == COMMAND_READ && !status) {
        memcpy(operation.memory, operation.bytes, SECTOR_BYTES);
        if (lie == FLIPS_BIT && !lied) {
            lied = 1;
            operation.memory[draw(192)] ^= 1 << draw(8); // the journal's own bytes
        }
    }
    u64 number = operation.sector + 1;
    if (operation.command == COMMAND_WRITE && word(operation.bytes, 16) == revisions(number) && !finished[number - 1]) {
        finished[number - 1] = 1;
        finished_count++;
    }
    add_event(EVENT_COMPLETED, operation.tag, status);
}

// Rule 3: each operation in doubt was performed or not, in whatever order.
static void disconnect(void)
{
    while (outstanding_count) {
        int index = (int)draw(outstanding_count);
        if (draw(2))
            perform(&outstanding[index]);
        owed[owed_count++] = outstanding[index];
        outstanding[index] = outstanding[--outstanding_count];
    }
    connected = connecting = 0;
    add_event(EVENT_DISCONNECTED, 0, 0);
}

static void boundary(void)
{
    until_boundary = 1 + (long)draw(epoch);
    timer_pending = now >= timer;
    if ((connected || connecting) && disconnect_one_in && draw(disconnect_one_in) == 0) {
        disconnect();
    } else if (connecting) {
        if (draw(complete_one_in))
            return;
        connecting = 0;
        connected = 1;
        add_event(EVENT_COMPLETED, CONNECT_TAG, 0);
    } else {
        for (int tries = outstanding_count; tries > 0; tries--) {
            int index = (int)draw(outstanding_count);
            if (draw(complete_one_in))
                continue;
            perform(&outstanding[index]);
            if (!outstanding[index].lost)
                complete(index);
            if (!outstanding_count)
                break;
        }
    }
}

static u32 issue(u32 command)
{
    if (!connected)
        return RESULT_NOT_CONNECTED;
    if (count != 1 || sector >= MAX_RECORDS)
        return 5;
    for (int i = 0; i < outstanding_count; i++) {
        if (outstanding[i].tag == tag)
            return 2;
        if (outstanding[i].sector == sector)
            violation("two operations outstanding on sector", sector);
    }
    if (outstanding_count + event_count >= 32)
        return 3;
    struct operation *operation = &outstanding[outstanding_count++];
    *operation = (struct operation){ .command = command, .tag = tag, .sector = sector };
    operation->memory = (unsigned char *)address;
    operation->lost = lose_one_in && draw(lose_one_in) == 0;
    if (command == COMMAND_WRITE)
        memcpy(operation->bytes, operation->memory, SECTOR_BYTES);
    for (int i = 0; i < owed_count; i++) {
        if (owed[i].sector != sector)
            continue;
        if (owed[i].command != command)
            violation("another operation where one is owed, sector", sector);
        if (command == COMMAND_WRITE && memcmp(owed[i].bytes, operation->bytes, SECTOR_BYTES))
            violation("reissued with other bytes, sector", sector);
        owed[i] = owed[--owed_count];
        reissues++;
        break;
    }
    return 0;
}

static u32 carry(u32 command)
{
    switch (command) {
    case COMMAND_CONNECT:
        if (connected || connecting)
            return 6;
        if (event_count)
            return 7;
        connecting = 1;
        connection++;
        return 0;
    case COMMAND_READ:
    case COMMAND_WRITE:
        return issue(command);
    case COMMAND_POP_EVENT:
        if (event_count) {
            disconnects_taken += events[0].kind == EVENT_DISCONNECTED;
            memmove(events, events + 1, (size_t)--event_count * sizeof events[0]);
        }
        return 0;
    default:
        return 8;
    }
}

// The processor: a boundary and interrupts can come with every access.

static void take_interrupts(void)
{
    for (;;) {
        u64 cause = 0;
        if (event_count && interrupt_enable && (mie >> 11 & 1))
            cause = 1UL << 63 | 11;
        else if (timer_pending && (mie >> 7 & 1))
            cause = 1UL << 63 | 7;
        if (!cause || !unmasked)
            return;
        unmasked = 0;
        trap_handler(cause, 0);
        unmasked = 1;
    }
}

static void step(void)
{
    if (++steps > STEPS_AT_MOST)
        violation("no end after steps", steps);
    now += draw(30);
    if (--until_boundary <= 0)
        boundary();
    take_interrupts();
}

void machine_wait(void)
{
    // wfi ends the epoch; what is pending ends the wfi, masked or not.
    do {
        if (++steps > STEPS_AT_MOST)
            violation("waits for nothing, steps", steps);
        now += draw(3000);
        boundary();
    } while (!(event_count && interrupt_enable) && !timer_pending);
    take_interrupts();
}

void machine_csr(const char *name, u64 clear, u64 set)
{
    if (!strcmp(name, "mstatus"))
        unmasked = (unmasked && !(clear & 8)) || (set & 8);
    else if (!strcmp(name, "mie"))
        mie = (mie & ~clear) | set;
    else
        violation("no such control register", 0);
    step();
}

u64 machine_read(u64 where, int bytes)
{
    (void)bytes;
    step();
    struct event head = event_count ? events[0] : (struct event){ 0, 0, 0, 0 };
    switch (where) {
    case CLINT_MTIME: return now;
    case CLINT_MTIMECMP: return timer;
    case CHANNEL_ID: return CHANNEL_ID_VALUE;
    case CHANNEL_RESULT: return result;
    case CHANNEL_CONNECTION: return connection;
    case CHANNEL_EVENT: return head.kind;
    case CHANNEL_EVENT_TAG: return head.tag;
    case CHANNEL_EVENT_CONNECTION: return head.connection;
    case CHANNEL_EVENT_STATUS: return head.status;
    }
    violation("read of no register at", where);
    return 0;
}

// A record that a progress line counts is on the disk for good.
static void check_line(const char *line)
{
    u64 claimed;
    if (sscanf(line, "journal: record %lu clock=", &claimed) == 1 && claimed > finished_count)
        violation("progress line before its completions, record", claimed);
}

static void print(char c)
{
    if (console_length + 1 == sizeof console)
        violation("console too long", console_length);
    console[console_length++] = c;
    if (c != '\n')
        return;
    check_line(console + line_start);
    line_start = console_length;
}

void machine_write(u64 where, int bytes, u64 value)
{
    (void)bytes;
    step();
    switch (where) {
    case UART_DATA: print((char)value); return;
    case FINISHER: longjmp(end, value == 0x5555 ? 1 : 2);
    case CLINT_MTIMECMP: timer = value; timer_pending = 0; return;
    case CHANNEL_TAG: tag = (u32)value; return;
    case CHANNEL_COUNT: count = (u32)value; return;
    case CHANNEL_SECTOR: sector = value; return;
    case CHANNEL_ADDRESS: address = value; return;
    case CHANNEL_COMMAND: result = carry((u32)value); return;
    case CHANNEL_INTERRUPT_ENABLE: interrupt_enable = (u32)value & 1; return;
    }
    violation("write of no register at", where);
}

// What README.md says lies on the disk, and what the last line says.
static void check_end(u64 records, u64 window)
{
    static const char zeros[SECTOR_BYTES - 192];
    u64 all = 14695981039346656037UL;
    for (u64 n = 1; n <= records; n++) {
        const unsigned char *bytes = disk[n - 1];
        u64 own = 14695981039346656037UL;
        for (int i = 0; i < 184; i++)
            own = (own ^ bytes[i]) * 1099511628211UL;
        if (word(bytes, 0) != 0x4c4e524a574f4453UL || word(bytes, 8) != n || word(bytes, 16) != revisions(n))
            violation("wrong magic, number or revision on the disk, record", n);
        if (word(bytes, 184) != own || memcmp(bytes + 192, zeros, sizeof zeros))
            violation("wrong checksum or filling on the disk, record", n);
        for (int i = 8; i < 152; i++)
            all = (all ^ bytes[i]) * 1099511628211UL;
    }
    for (u64 n = records; n < MAX_RECORDS; n++)
        if (word(disk[n], 0))
            violation("written beyond the last record, sector", n);
    if (owed_count || outstanding_count)
        violation("left behind at the end, operations", (u64)(owed_count + outstanding_count));
    char first[100];
    char last[200];
    snprintf(first, sizeof first, "journal: %lu records, %lu outstanding\n", records, window);
    snprintf(last, sizeof last, "journal: %lu records, checksum %016lx, %lu disconnects, %lu reissued\n",
        records, all, disconnects_taken, reissues);
    size_t length = strlen(last);
    if (strncmp(console, first, strlen(first)) || length > console_length
        || strcmp(console + console_length - length, last))
        violation("wrong first or last line", 0);
}

// 0: ended well and everything is right. 1: the journal said that something is wrong.
static int run(void)
{
    state = seed * 0x2545f4914f6cdd1dUL;
    u64 records = guest_parameters[0] = 1 + draw(seed % 10 ? 80 : MAX_RECORDS);
    u64 window = guest_parameters[1] = 1 + draw(18);
    guest_parameters[2] = 200 + draw(20000);
    guest_parameters[3] = 1 + draw(20);
    epoch = (const long[]){ 1, 3, 20, 300, 5000 }[draw(5)];
    complete_one_in = (const long[]){ 1, 2, 5, 30 }[draw(4)];
    disconnect_one_in = lie ? 0 : (const long[]){ 0, 400, 60, 12 }[draw(4)] * complete_one_in;
    lose_one_in = disconnect_one_in ? (const long[]){ 0, 30, 5 }[draw(3)] : 0;
    switch (setjmp(end)) {
    case 0:
        if (guest_main())
            return 1;
        break;
    case 2:
        return 1;
    }
    check_end(records, window < 16 ? window : 16);
    return 0;
}

int main(int arguments, char **argument)
{
    u64 seeds = arguments > 1 ? strtoul(argument[1], NULL, 10) : 1000;
    for (int i = FORGETS_WRITE; i <= FAILS; i++)
        if (arguments > 2 && !strcmp(argument[2], lies[i]))
            lie = (enum lie)i;
    if (arguments > 3 || (arguments > 2 && !lie)) {
        fprintf(stderr, "usage: native SEEDS [forgets-write|old-write|flips-bit|fails]\n");
        return 2;
    }
    // Shared with the runs, each of which is a child: how many lied, how many disconnects there were.
    int pipes[2];
    if (pipe(pipes))
        return 2;
    u64 total[3] = { 0, 0, 0 };
    for (seed = 1; seed <= seeds; seed++) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            int code = run();
            u64 report[3] = { (u64)lied, disconnects_taken, reissues };
            if (code != lied || write(pipes[1], report, sizeof report) != sizeof report)
                violation(lied ? "lie not noticed, exit code" : "exit code", (u64)code);
            _exit(0);
        }
        int status = 0;
        u64 report[3];
        if (child < 0 || waitpid(child, &status, 0) < 0 || status || read(pipes[0], report, sizeof report) < 0) {
            printf("native: failed at seed %lu\n", seed);
            return 1;
        }
        for (int i = 0; i < 3; i++)
            total[i] += report[i];
    }
    printf("native: %lu runs, %lu lies noticed, %lu disconnects, %lu reissued\n", seeds, total[0], total[1], total[2]);
    return lie && !total[0];
}

// Writes numbered records, one sector each, through the channel device, with several operations outstanding and
// timer ticks in between; then reads them all back. It keeps the I/O rules, so what is on the disk at the end is the
// same whether or not a replica failed on the way.
// Parameter 0: records. 1: operations outstanding at most. 2: timer period in mtime ticks. 3: records per console
// line. 4: rounds of busy work between records.
#include "guest.h"
#include "channel.h"

#define MAGIC         0x4c4e524a574f4453UL
#define PAYLOAD_WORDS 16
#define MAX_WINDOW    16
#define REVISED_EVERY 5

struct record {
    u64 magic;
    u64 number;
    u64 revision;
    u64 payload[PAYLOAD_WORDS];
    u64 clock;
    u64 ticks;
    u64 disconnects;
    u64 connection;
    u64 checksum; // FNV-1a over every word before it
};

// The words before the checksum.
#define CHECKED_WORDS (sizeof(struct record) / 8 - 1)

enum state { FREE, ISSUED, DONE };

// An operation, from its issue until main has dealt with its completion. The buffer is kept untouched all that time:
// reissuing has to write the same bytes again.
struct operation {
    volatile enum state state;
    u32 command;
    int sent; // the device has accepted it on some connection
    u64 number;
    u64 revision;
    union {
        struct record record;
        u64 words[SECTOR_WORDS];
    } sector __attribute__((aligned(8)));
};

static struct operation operations[MAX_WINDOW];
static u64 window;
static u64 period;
static volatile u64 ticks;
static volatile u64 completions;
static volatile u64 disconnects;
static volatile u64 reissued;
static volatile int connected;
static int connecting;

static void fail(const char *what, u64 number)
{
    mask_interrupts();
    put_text("journal: ");
    put_text(what);
    put_text(" ");
    put_number(number);
    put_text("\n");
    guest_exit(1);
}

// The driver. Everything here runs with interrupts masked, as the handler uses the same registers.

static u32 command(u32 number)
{
    write32(CHANNEL_COMMAND, number);
    return read32(CHANNEL_RESULT);
}

// Hands an operation to the device. Where the connection is gone it stays in the table as issued: the disconnected
// event is waiting, and the next connect sends it.
static void send(struct operation *operation)
{
    write32(CHANNEL_TAG, operation - operations);
    write32(CHANNEL_COUNT, 1);
    write64(CHANNEL_SECTOR, operation->number - 1);
    write64(CHANNEL_ADDRESS, (u64)&operation->sector);
    u32 result = command(operation->command);
    if (result == RESULT_NOT_CONNECTED)
        return;
    if (result != RESULT_ACCEPTED)
        fail("operation refused with result", result);
    if (operation->sent)
        reissued++;
    operation->sent = 1;
}

// Rule 3: what was issued and has no completed event may or may not have been performed, so it is issued again.
static void send_all(void)
{
    for (u64 i = 0; i < window; i++)
        if (operations[i].state == ISSUED)
            send(&operations[i]);
}

static void take_completed(u32 tag, u32 status)
{
    if (tag == CONNECT_TAG) {
        if (status)
            fail("connect failed with status", status);
        connecting = 0;
        connected = 1;
        send_all();
        return;
    }
    if (tag >= window || operations[tag].state != ISSUED)
        fail("completed event for no operation, tag", tag);
    if (status)
        fail("operation failed with status", status);
    operations[tag].state = DONE;
    completions++;
}

// Empties the device's queue into the table, then connects where there is no connection: the device refuses a
// connect while events wait, so that none of an older connection can be mistaken for one of the new.
static void drain_events(void)
{
    u32 kind;
    while ((kind = read32(CHANNEL_EVENT)) != EVENT_NONE) {
        u32 tag = read32(CHANNEL_EVENT_TAG);
        u32 connection = read32(CHANNEL_EVENT_CONNECTION);
        u32 status = read32(CHANNEL_EVENT_STATUS);
        command(COMMAND_POP_EVENT);
        if (connection != read32(CHANNEL_CONNECTION))
            continue;
        if (kind == EVENT_COMPLETED) {
            take_completed(tag, status);
        } else {
            disconnects++;
            connected = 0;
            connecting = 0;
        }
    }
    if (!connected && !connecting) {
        u32 result = command(COMMAND_CONNECT);
        if (result != RESULT_ACCEPTED)
            fail("connect refused with result", result);
        connecting = 1;
    }
}

u64 trap_handler(u64 cause, u64 pc)
{
    if (cause == CAUSE_EXTERNAL) {
        drain_events();
    } else if (cause == CAUSE_TIMER) {
        ticks++;
        // After a long pause the ticks that nobody took are left out rather than taken in a burst.
        u64 next = read64(CLINT_MTIMECMP) + period;
        u64 now = read64(CLINT_MTIME);
        write64(CLINT_MTIMECMP, next > now ? next : now + period);
    } else {
        unexpected_trap(cause, pc);
    }
    return pc;
}

// Rule 0: nothing is issued before a connect has completed.
static void start(void)
{
    if (read32(CHANNEL_ID) != CHANNEL_ID_VALUE)
        fail("no channel device, ID", read32(CHANNEL_ID));
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + period);
    write32(CHANNEL_INTERRUPT_ENABLE, 1);
    csr_set(mie, MIE_MTIE | MIE_MEIE);
    mask_interrupts();
    drain_events();
    unmask_interrupts();
    wait_until(connected);
}

static void issue(struct operation *operation)
{
    operation->sent = 0;
    mask_interrupts();
    operation->state = ISSUED;
    if (connected)
        send(operation);
    unmask_interrupts();
}

// The records.

static u64 payload_word(u64 number, u64 revision, u64 index)
{
    u64 x = number * 0x9e3779b97f4a7c15UL + revision * 0xbf58476d1ce4e5b9UL + index;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
    return x ^ (x >> 31);
}

static u64 last_revision(u64 number)
{
    return number % REVISED_EVERY == 0 ? 2 : 1;
}

static u64 checksum_of(const u64 *words)
{
    u64 hash = FNV_BASIS;
    for (u64 i = 0; i < CHECKED_WORDS; i++)
        hash = fnv_add(hash, words[i]);
    return hash;
}

static void write_record(struct operation *operation, u64 number, u64 revision)
{
    struct record *record = &operation->sector.record;
    operation->command = COMMAND_WRITE;
    operation->number = number;
    operation->revision = revision;
    record->magic = MAGIC;
    record->number = number;
    record->revision = revision;
    for (u64 i = 0; i < PAYLOAD_WORDS; i++)
        record->payload[i] = payload_word(number, revision, i);
    record->clock = read64(CLINT_MTIME);
    record->ticks = ticks;
    record->disconnects = disconnects;
    record->connection = read32(CHANNEL_CONNECTION);
    record->checksum = checksum_of(operation->sector.words);
    issue(operation);
}

static void spin(u64 rounds)
{
    for (u64 i = 0; i < rounds; i++)
        __asm__ volatile("");
}

static void print_progress(u64 number)
{
    put_text("journal: record ");
    put_number(number);
    put_text(" clock=");
    put_number(read64(CLINT_MTIME));
    put_text(" ticks=");
    put_number(ticks);
    put_text(" disconnects=");
    put_number(disconnects);
    put_text("\n");
}

// Writes records 1 to `count`. A record to be revised keeps its operation after the first completion; its second
// version goes to the same sector while other writes are outstanding, where there are any to be had.
static void write_records(u64 count, u64 line_every, u64 busy)
{
    u64 issued = 0;
    u64 finished = 0;
    for (;;) {
        u64 seen = completions;
        u64 outstanding = 0;
        struct operation *free = 0;
        struct operation *revise = 0;
        for (u64 i = 0; i < window; i++) {
            struct operation *operation = &operations[i];
            enum state state = operation->state;
            if (state == ISSUED) {
                outstanding++;
                continue;
            }
            if (state == DONE && operation->revision < last_revision(operation->number)) {
                revise = operation;
                continue;
            }
            if (state == DONE) {
                operation->state = FREE;
                finished++;
                if (finished % line_every == 0)
                    print_progress(finished);
            }
            free = operation;
        }
        int more = issued < count;
        if (revise && (outstanding || !free || !more)) {
            write_record(revise, revise->number, revise->revision + 1);
        } else if (free && more) {
            spin(busy);
            write_record(free, ++issued, 1);
        } else if (outstanding) {
            wait_until(completions != seen);
        } else {
            return;
        }
    }
}

static void read_record(u64 number)
{
    struct operation *operation = &operations[number % window];
    operation->command = COMMAND_READ;
    operation->number = number;
    // A read that brings nothing must not find the record that was written from here.
    for (u64 i = 0; i < SECTOR_WORDS; i++)
        operation->sector.words[i] = 0;
    issue(operation);
}

static u64 check_record(const struct operation *operation, u64 hash)
{
    const struct record *record = &operation->sector.record;
    u64 number = operation->number;
    u64 revision = last_revision(number);
    if (record->magic != MAGIC)
        fail("wrong magic in record", number);
    if (record->number != number)
        fail("wrong number in record", number);
    if (record->revision != revision)
        fail("wrong revision in record", number);
    if (record->checksum != checksum_of(operation->sector.words))
        fail("wrong checksum in record", number);
    hash = fnv_add(fnv_add(hash, number), revision);
    for (u64 i = 0; i < PAYLOAD_WORDS; i++) {
        if (record->payload[i] != payload_word(number, revision, i))
            fail("wrong payload in record", number);
        hash = fnv_add(hash, record->payload[i]);
    }
    return hash;
}

// Reads complete in any order but are checked in the order of their numbers, as the checksum depends on it.
static u64 read_records(u64 count)
{
    u64 hash = FNV_BASIS;
    u64 issued = 0;
    for (u64 number = 1; number <= count; number++) {
        while (issued < count && issued + 1 < number + window)
            read_record(++issued);
        struct operation *operation = &operations[number % window];
        wait_until(operation->state == DONE);
        hash = check_record(operation, hash);
        operation->state = FREE;
    }
    return hash;
}

int main(void)
{
    u64 count = parameter(0, 200);
    window = parameter(1, 4);
    if (window > MAX_WINDOW)
        window = MAX_WINDOW;
    period = parameter(2, 10000);
    put_text("journal: ");
    put_number(count);
    put_text(" records, ");
    put_number(window);
    put_text(" outstanding\n");
    start();
    write_records(count, parameter(3, 10), parameter(4, 0));
    u64 hash = read_records(count);
    mask_interrupts();
    put_text("journal: ");
    put_number(count);
    put_text(" records, checksum ");
    put_hex(hash);
    put_text(", ");
    put_number(disconnects);
    put_text(" disconnects, ");
    put_number(reissued);
    put_text(" reissued\n");
    return 0;
}

// The channel device's rules in their shortest form: one write at a time, by polling. It writes a text to sector 0,
// reads it back and prints it. docs/guest-programming.md walks through it.
#include "guest.h"
#include "channel.h"

static char buffer[SECTOR_BYTES] __attribute__((aligned(8)));

u64 trap_handler(u64 cause, u64 pc)
{
    unexpected_trap(cause, pc);
    return pc;
}

struct event {
    u32 kind;
    u32 tag;
    u32 status;
};

// Waits for the next event and takes it. Nothing changes before an epoch boundary, so the wait costs up to an epoch.
static struct event next_event(void)
{
    struct event event;
    while ((event.kind = read32(CHANNEL_EVENT)) == EVENT_NONE)
        ;
    event.tag = read32(CHANNEL_EVENT_TAG);
    event.status = read32(CHANNEL_EVENT_STATUS);
    write32(CHANNEL_COMMAND, COMMAND_POP_EVENT);
    return event;
}

// Rule 0. A disconnected event can answer a connect as well: then it's asked for again.
static void connect(void)
{
    struct event event;
    do {
        write32(CHANNEL_COMMAND, COMMAND_CONNECT);
        event = next_event();
    } while (event.kind == EVENT_DISCONNECTED);
    if (event.status)
        guest_exit(1);
}

// Rules 1 and 3. Returns once the operation has certainly been performed.
static void perform(u32 command, u64 sector, void *memory)
{
    for (;;) {
        write32(CHANNEL_TAG, 0);
        write32(CHANNEL_COUNT, 1);
        write64(CHANNEL_SECTOR, sector);
        write64(CHANNEL_ADDRESS, (u64)memory);
        __asm__ volatile("" : : : "memory"); // the buffer is in memory before the device looks
        write32(CHANNEL_COMMAND, command);
        u32 result = read32(CHANNEL_RESULT);
        if (result != RESULT_ACCEPTED && result != RESULT_NOT_CONNECTED)
            guest_exit(1);
        // Where it wasn't connected any more, the disconnected event is waiting.
        struct event event = next_event();
        __asm__ volatile("" : : : "memory"); // and what it read is looked at after
        if (event.kind == EVENT_DISCONNECTED) {
            connect(); // performed or not, nobody knows: the same again
            continue;
        }
        if (event.status)
            guest_exit(1);
        return;
    }
}

int main(void)
{
    const char *text = "example: written and read back\n";
    connect();
    for (int i = 0; text[i]; i++)
        buffer[i] = text[i];
    perform(COMMAND_WRITE, 0, buffer);
    for (int i = 0; i < SECTOR_BYTES; i++)
        buffer[i] = 0;
    perform(COMMAND_READ, 0, buffer);
    put_text(buffer);
    return 0;
}

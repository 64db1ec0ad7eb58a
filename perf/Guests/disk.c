// Random blocks of the disk, written or read one after the other, each waited for: what the I/O programs of Bressoud and
// Schneider's measurements (SOSP'95, section 4) did. Parameter 0: operations. 1: 0 writes, 1 reads. 2: sectors of a block.
#include "../../tests/Guests/guest.h"
#include "../../tests/Guests/channel.h"

#define SECTORS_MAX 64

static u64 buffer[SECTORS_MAX * SECTOR_WORDS];

u64 trap_handler(u64 cause, u64 pc)
{
    unexpected_trap(cause, pc);
    return pc;
}

// Waits for the next event and takes it; a masked interrupt ends the wait all the same.
static u32 next_event(u32 *status)
{
    u32 kind;
    while ((kind = read32(CHANNEL_EVENT)) == EVENT_NONE)
        wait_for_interrupt();
    *status = read32(CHANNEL_EVENT_STATUS);
    write32(CHANNEL_COMMAND, COMMAND_POP_EVENT);
    return kind;
}

static void connect(void)
{
    u32 status;
    do
        write32(CHANNEL_COMMAND, COMMAND_CONNECT);
    while (next_event(&status) == EVENT_DISCONNECTED);
    if (status)
        guest_exit(1);
}

static void perform(u32 command, u64 sector, u64 sectors)
{
    for (;;) {
        u32 status;
        write32(CHANNEL_TAG, 0);
        write32(CHANNEL_COUNT, (u32)sectors);
        write64(CHANNEL_SECTOR, sector);
        write64(CHANNEL_ADDRESS, (u64)buffer);
        __asm__ volatile("" : : : "memory");
        write32(CHANNEL_COMMAND, command);
        u32 kind = next_event(&status);
        __asm__ volatile("" : : : "memory");
        if (kind != EVENT_DISCONNECTED) {
            if (status)
                guest_exit(1);
            return;
        }
        connect();
    }
}

int main(void)
{
    u64 operations = parameter(0, 64), reads = parameter(1, 0), sectors = parameter(2, 16);
    u64 hash = FNV_BASIS, x = 88172645463325252UL;
    if (sectors > SECTORS_MAX)
        sectors = SECTORS_MAX;
    write32(CHANNEL_INTERRUPT_ENABLE, 1);
    csr_set(mie, MIE_MEIE);
    connect();
    u64 blocks = read64(CHANNEL_CAPACITY) / sectors;
    for (u64 i = 0; i < operations; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if (!reads)
            for (u64 k = 0; k < sectors * SECTOR_WORDS; k++)
                buffer[k] = x + k;
        perform(reads ? COMMAND_READ : COMMAND_WRITE, x % blocks * sectors, sectors);
        hash = (hash ^ x ^ (reads ? buffer[x % SECTOR_WORDS] : 0)) * FNV_PRIME;
    }
    put_text("disk: ");
    put_hex(hash);
    put_text("\n");
    return 0;
}

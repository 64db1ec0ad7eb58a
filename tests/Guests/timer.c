// Takes timer ticks while switching mstatus.MIE in windows of varying length. Checks that no tick is taken
// while masked and that none is lost or taken twice.
// Parameter 0: ticks. Parameter 1: period in mtime ticks.
#include "guest.h"

static u64 wanted;
static u64 period;
static volatile u64 ticks;
static volatile u64 masked;
static u64 hash = FNV_BASIS;

static void fail(const char *why)
{
    put_text("timer: ");
    put_text(why);
    put_text("\n");
    guest_exit(1);
}

u64 trap_handler(u64 cause, u64 pc)
{
    if (cause != CAUSE_TIMER)
        unexpected_trap(cause, pc);
    if (masked)
        fail("tick taken while masked");
    u64 due = read64(CLINT_MTIMECMP);
    if (read64(CLINT_MTIME) < due)
        fail("tick taken early");
    ticks++;
    hash = fnv_add(hash, ticks);
    // The next tick follows the one that was due, not the time it was taken, so a late one loses none.
    write64(CLINT_MTIMECMP, ticks < wanted ? due + period : NEVER);
    return pc;
}

static void spin(u64 rounds)
{
    for (u64 i = 0; i < rounds; i++)
        __asm__ volatile("");
}

int main(void)
{
    wanted = parameter(0, 50);
    period = parameter(1, 5000);
    u64 first = read64(CLINT_MTIME) + period;
    write64(CLINT_MTIMECMP, first);
    csr_set(mie, MIE_MTIE);
    for (u64 window = 0; ticks < wanted; window++) {
        masked = 0;
        unmask_interrupts();
        // Some windows are one instruction long: a pending tick must be taken even there.
        spin(window % 7 == 0 ? 0 : window % 13);
        mask_interrupts();
        masked = 1;
        u64 before = ticks;
        spin(window % 29);
        if (ticks != before)
            fail("tick counted while masked");
    }
    masked = 0;
    if (ticks != wanted)
        fail("wrong number of ticks");
    // Every tick moved the due time by one period: the last one was due when the count says.
    if (read64(CLINT_MTIME) < first + (wanted - 1) * period)
        fail("ticks came too soon");
    put_text("timer: ");
    put_number(ticks);
    put_text(" ticks, checksum ");
    put_hex(hash);
    put_text("\n");
    return 0;
}

// Prints one numbered line per timer period: easy to watch while a replica is stopped or killed.
// Parameter 0: lines. Parameter 1: period in mtime ticks.
#include "guest.h"

static u64 period;
static volatile u64 ticks;

u64 trap_handler(u64 cause, u64 pc)
{
    if (cause != CAUSE_TIMER)
        unexpected_trap(cause, pc);
    ticks++;
    write64(CLINT_MTIMECMP, read64(CLINT_MTIMECMP) + period);
    return pc;
}

int main(void)
{
    u64 lines = parameter(0, 30);
    period = parameter(1, 1000000);
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + period);
    csr_set(mie, MIE_MTIE);
    unmask_interrupts();
    for (u64 i = 1; i <= lines; i++) {
        wait_until(ticks >= i);
        put_text("count: ");
        put_number(i);
        put_text("\n");
    }
    put_text("count: done\n");
    return 0;
}

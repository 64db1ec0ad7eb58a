// The smallest guest: one line, exit 0.
#include "guest.h"

u64 trap_handler(u64 cause, u64 pc)
{
    unexpected_trap(cause, pc);
    return pc;
}

int main(void)
{
    put_text("hello from the guest\n");
    return 0;
}

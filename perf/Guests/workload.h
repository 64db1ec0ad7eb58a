// A workload is one C file with `work`, built four times: as a bare-metal guest, as one with address translation, as a guest's
// Linux program and as a native program. All print the same line. Parameter 0 (of the guest) or the first argument (of the native
// program) is how often the work is done.
#ifndef WORKLOAD_H
#define WORKLOAD_H

#ifdef NATIVE
#include <stdio.h>
#include <stdlib.h>
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
#elif defined(LINUX)
#include "linux.h"
#else
#include "../../tests/Guests/guest.h"
#ifdef PAGED
#include "paged.h"
#endif
#endif

// Does the work `rounds` times and gives a checksum that depends on all of it.
static u64 work(u64 rounds);

static inline u64 next_random(u64 *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static inline u64 mix(u64 hash, u64 word)
{
    return (hash ^ word) * 1099511628211UL;
}

#ifdef NATIVE
int main(int argc, char **argv)
{
    printf("%s: %016lx\n", NAME, work(argc > 1 ? strtoul(argv[1], 0, 10) : ROUNDS));
    return 0;
}
#else
#ifndef LINUX
u64 trap_handler(u64 cause, u64 pc)
{
    unexpected_trap(cause, pc);
    return pc;
}
#endif

static void run(void)
{
    u64 checksum = work(parameter(0, ROUNDS));
    put_text(NAME ": ");
    put_hex(checksum);
    put_text("\n");
#ifdef PAGED
    guest_exit(0);
#endif
}

int main(void)
{
#ifdef PAGED
    enter_supervisor(run);
#else
    run();
#endif
    return 0;
}

// The compiler may call these for copies and fills of its own making.
void *memset(void *to, int value, u64 count)
{
    for (u8 *p = to; count--;)
        *p++ = (u8)value;
    return to;
}

void *memcpy(void *to, const void *from, u64 count)
{
    const u8 *q = from;
    for (u8 *p = to; count--;)
        *p++ = *q++;
    return to;
}
#endif
#endif

// All ways to place nine queens, by bit sets and recursion: branches and small calls.
#include "workload.h"
#define SIZE 9

__attribute__((noinline)) static u64 place(u32 columns, u32 left, u32 right)
{
    u64 ways = 0;
    u32 all = (1u << SIZE) - 1, free = all & ~(columns | left | right);
    if (columns == all)
        return 1;
    while (free) {
        u32 bit = free & -free;
        free ^= bit;
        ways += place(columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return ways;
}

static u64 work(u64 rounds)
{
    u64 checksum = 0;
    while (rounds--)
        checksum = mix(checksum, place(0, 0, 0) + rounds);
    return checksum;
}

// Arrays a mebibyte apart are copied, added and compared in turn: what a direct-mapped table of pages would trip over.
#include "workload.h"
#define WORDS 2048
static u64 area[4][131072];

static u64 work(u64 rounds)
{
    u64 checksum = 0, x = 88675123UL;
    for (u32 i = 0; i < WORDS; i++)
        area[0][i] = next_random(&x);
    while (rounds--) {
        for (u32 i = 0; i < WORDS; i++)
            area[1][i] = area[0][i];
        for (u32 i = 0; i < WORDS; i++)
            area[2][i] = area[0][i] + area[1][WORDS - 1 - i];
        for (u32 i = 0; i < WORDS; i++)
            area[3][i] = area[2][i] < area[1][i] ? area[2][i] : area[1][i];
        area[0][rounds % WORDS] ^= area[3][(rounds * 7) % WORDS];
        checksum = mix(checksum, area[3][rounds % WORDS]);
    }
    return checksum;
}

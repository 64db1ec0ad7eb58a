// Random accesses to twice as many pages as an emulator's first table of pages has places.
#include "workload.h"
#define PAGES    2048
#define ACCESSES 20000
static u64 area[PAGES][512];

static u64 work(u64 rounds)
{
    u64 checksum = 1, x = 88172645463325252UL;
    while (rounds--) {
        for (int i = 0; i < ACCESSES; i++) {
            u64 random = next_random(&x), *word = &area[random % PAGES][random >> 32 & 511];
            checksum = mix(checksum, *word);
            if (random >> 63)
                *word += checksum;
        }
    }
    return checksum;
}

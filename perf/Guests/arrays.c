// Twelve arrays that lie 1 MiB apart, gone through side by side: what finds a page by the low bits of its number alone has
// the same place for a third of them.
#include "workload.h"
#define ARRAYS 12
#define WORDS  2048
static struct { u64 words[WORDS]; u64 between[(1 << 17) - WORDS]; } area[ARRAYS];

static u64 work(u64 rounds)
{
    u64 checksum = 0, x = 88172645463325252UL;
    for (int a = 0; a < ARRAYS; a++)
        for (int i = 0; i < WORDS; i++)
            area[a].words[i] = next_random(&x);
    while (rounds--) {
        for (int i = 0; i < WORDS; i++) {
            u64 sum = checksum;
            for (int a = 0; a < ARRAYS - 1; a++)
                sum += area[a].words[i];
            checksum = mix(checksum, area[ARRAYS - 1].words[i] += sum);
        }
    }
    return checksum;
}

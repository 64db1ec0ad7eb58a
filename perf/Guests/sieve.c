// Sieve of Eratosthenes: byte stores at growing strides.
#include "workload.h"
#define LIMIT 200000
static u8 composite[LIMIT];

static u64 work(u64 rounds)
{
    u64 checksum = 0;
    while (rounds--) {
        for (u32 i = 0; i < LIMIT; i++)
            composite[i] = 0;
        for (u32 i = 2; i * i < LIMIT; i++)
            if (!composite[i])
                for (u32 j = i * i; j < LIMIT; j += i)
                    composite[j] = 1;
        for (u32 i = 2; i < LIMIT; i++)
            if (!composite[i])
                checksum = mix(checksum, i + rounds);
    }
    return checksum;
}

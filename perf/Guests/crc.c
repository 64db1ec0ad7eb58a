// CRC-32 by table and a run-length code: byte loads and table look-ups.
#include "workload.h"
#define BYTES 32768
static u32 table[256];
static u8 data[BYTES], packed[2 * BYTES];

static u64 work(u64 rounds)
{
    u64 checksum = 0, x = 123456789UL;
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
        table[i] = c;
    }
    for (u32 i = 0; i < BYTES; i++)
        data[i] = (u8)(next_random(&x) % 7 ? i >> 6 : x >> 40);
    while (rounds--) {
        u32 crc = ~0u;
        for (u32 i = 0; i < BYTES; i++)
            crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
        u32 out = 0;
        for (u32 i = 0; i < BYTES;) {
            u32 run = 1;
            while (i + run < BYTES && run < 255 && data[i + run] == data[i])
                run++;
            packed[out++] = (u8)run;
            packed[out++] = data[i];
            i += run;
        }
        data[rounds % BYTES] ^= (u8)crc;
        checksum = mix(checksum, (u64)crc << 32 | out);
    }
    return checksum;
}

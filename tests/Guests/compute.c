// Sorts pseudo-random numbers and prints a checksum: integer work and memory traffic, no interrupts.
// Parameter 0: rounds.
#include "guest.h"

#define COUNT 1024

static u64 numbers[COUNT];

u64 trap_handler(u64 cause, u64 pc)
{
    unexpected_trap(cause, pc);
    return pc;
}

static void sort(u64 *v, long low, long high)
{
    while (low < high) {
        u64 pivot = v[(low + high) / 2];
        long i = low;
        long j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                u64 kept = v[i];
                v[i++] = v[j];
                v[j--] = kept;
            }
        }
        // Recursing into the smaller part bounds the stack by the logarithm of the count.
        if (j - low < high - i) {
            sort(v, low, j);
            low = i;
        } else {
            sort(v, i, high);
            high = j;
        }
    }
}

int main(void)
{
    u64 rounds = parameter(0, 27);
    u64 hash = FNV_BASIS;
    u64 x = 88172645463325252UL;
    for (u64 round = 0; round < rounds; round++) {
        for (int i = 0; i < COUNT; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            numbers[i] = x;
        }
        sort(numbers, 0, COUNT - 1);
        for (int i = 0; i < COUNT; i++) {
            if (i && numbers[i] < numbers[i - 1]) {
                put_text("compute: out of order\n");
                return 1;
            }
            hash = fnv_add(hash, numbers[i]);
        }
    }
    put_text("compute: ");
    put_hex(hash);
    put_text("\n");
    return 0;
}

// Quicksort with insertion sort below it, then heapsort of the same numbers: branches that nobody can predict.
#include "workload.h"
#define COUNT 4096
static u64 numbers[COUNT];

static void insertion(u64 *v, long count)
{
    for (long i = 1; i < count; i++) {
        u64 x = v[i];
        long j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

static void quick(u64 *v, long count)
{
    while (count > 12) {
        u64 pivot = v[count / 2];
        long i = 0, j = count - 1;
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
        quick(v, j + 1);
        v += i;
        count -= i;
    }
    insertion(v, count);
}

static void sift(u64 *v, long root, long count)
{
    for (;;) {
        long child = 2 * root + 1;
        if (child >= count)
            return;
        if (child + 1 < count && v[child + 1] > v[child])
            child++;
        if (v[root] >= v[child])
            return;
        u64 kept = v[root];
        v[root] = v[child];
        v[child] = kept;
        root = child;
    }
}

static u64 work(u64 rounds)
{
    u64 checksum = 0, x = 88172645463325252UL;
    while (rounds--) {
        for (int i = 0; i < COUNT; i++)
            numbers[i] = next_random(&x);
        if (rounds & 1) {
            quick(numbers, COUNT);
        } else {
            for (long i = COUNT / 2; i-- > 0;)
                sift(numbers, i, COUNT);
            for (long n = COUNT; n-- > 1;) {
                u64 kept = numbers[0];
                numbers[0] = numbers[n];
                numbers[n] = kept;
                sift(numbers, 0, n);
            }
        }
        for (int i = 0; i < COUNT; i++)
            checksum = mix(checksum, numbers[i]);
    }
    return checksum;
}

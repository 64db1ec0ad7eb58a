// Products of integer matrices: multiply and add over rows and columns.
#include "workload.h"
#define N 64
static long a[N][N], b[N][N], c[N][N];

static u64 work(u64 rounds)
{
    u64 checksum = 0, x = 2463534242UL;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            a[i][j] = (long)(next_random(&x) & 0xffff), b[i][j] = (long)(next_random(&x) & 0xffff);
    while (rounds--) {
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                long sum = 0;
                for (int l = 0; l < N; l++)
                    sum += a[i][l] * b[l][j];
                c[i][j] = sum;
            }
        a[rounds % N][0] = c[0][rounds % N] & 0xffff;
        checksum = mix(checksum, (u64)c[rounds % N][N - 1]);
    }
    return checksum;
}

// Five bodies that attract each other: additions, multiplications, a division and a square root for each pair and step.
#include "floating.h"
#define N 5

static double at[N][3], speed[N][3], mass[N];

static void place(void)
{
    u64 x = 88172645463325252UL;
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 3; k++) {
            at[i][k] = (double)(long)(next_random(&x) >> 44) / 65536 - 8;
            speed[i][k] = (double)(long)(next_random(&x) >> 44) / 1048576 - 0.5;
        }
        mass[i] = 0.5 + (double)(long)(next_random(&x) >> 44) / 1048576;
    }
}

static void step(double dt)
{
    for (int i = 0; i < N; i++)
        for (int j = i + 1; j < N; j++) {
            double dx = at[i][0] - at[j][0], dy = at[i][1] - at[j][1], dz = at[i][2] - at[j][2];
            double square = dx * dx + dy * dy + dz * dz + 0.01;
            double pull = dt / (square * __builtin_sqrt(square));
            speed[i][0] -= dx * mass[j] * pull, speed[j][0] += dx * mass[i] * pull;
            speed[i][1] -= dy * mass[j] * pull, speed[j][1] += dy * mass[i] * pull;
            speed[i][2] -= dz * mass[j] * pull, speed[j][2] += dz * mass[i] * pull;
        }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 3; k++)
            at[i][k] += dt * speed[i][k];
}

static u64 work(u64 rounds)
{
    u64 checksum = 0;
    enable_floating();
    place();
    while (rounds--) {
        for (int i = 0; i < 1000; i++)
            step(0.001);
        for (int i = 0; i < N; i++)
            checksum = mix(checksum, bits_of(at[i][0]));
    }
    return checksum;
}

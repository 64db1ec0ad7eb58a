// Points of the Mandelbrot set: a short loop whose next turn waits for this one's products and sums.
#include "floating.h"
#define N 64

static u64 work(u64 rounds)
{
    u64 checksum = 0;
    enable_floating();
    while (rounds--) {
        for (int row = 0; row < N; row++)
            for (int column = 0; column < N; column++) {
                double cr = 2.5 * column / N - 2 + (double)(rounds & 7) / 1024, ci = 2.0 * row / N - 1;
                double r = 0, i = 0, rr = 0, ii = 0;
                u64 turns = 0;
                while (turns < 200 && rr + ii < 4) {
                    i = 2 * r * i + ci;
                    r = rr - ii + cr;
                    rr = r * r;
                    ii = i * i;
                    turns++;
                }
                checksum = mix(checksum, turns ^ bits_of(r));
            }
    }
    return checksum;
}

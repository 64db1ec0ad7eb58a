// Fibonacci and Ackermann as written in the book: calls and returns, little else.
#include "workload.h"

__attribute__((noinline)) static u64 fibonacci(u64 n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

__attribute__((noinline)) static u64 ackermann(u64 m, u64 n)
{
    if (m == 0)
        return n + 1;
    return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static u64 work(u64 rounds)
{
    u64 checksum = 0;
    while (rounds--) {
        checksum = mix(checksum, fibonacci(22 + (rounds & 1)));
        checksum = mix(checksum, ackermann(2, 60 + (rounds & 7)));
    }
    return checksum;
}

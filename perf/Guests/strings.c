// Text: numbers are written, joined, copied, searched for, taken apart again and compared.
#include "workload.h"
static char text[16384], copy[16384];

static char *write_number(char *to, u64 value)
{
    char digits[20];
    int n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    while (n)
        *to++ = digits[--n];
    return to;
}

__attribute__((noinline)) static u64 length(const char *s)
{
    const char *p = s;
    while (*p)
        p++;
    return (u64)(p - s);
}

__attribute__((noinline)) static const char *find(const char *in, const char *what)
{
    for (; *in; in++) {
        const char *p = in, *q = what;
        while (*q && *p == *q)
            p++, q++;
        if (!*q)
            return in;
    }
    return 0;
}

__attribute__((noinline)) static int compare(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (u8)*a - (u8)*b;
}

static u64 work(u64 rounds)
{
    u64 checksum = 0, x = 362436069UL;
    while (rounds--) {
        char *end = text;
        while (end < text + sizeof text - 32) {
            end = write_number(end, next_random(&x) >> (x & 31));
            *end++ = ' ';
        }
        *end = 0;
        char *to = copy;
        for (const char *p = text; (*to = *p); p++)
            to++;
        u64 sum = 0, number = 0, words = 0;
        for (const char *p = copy; *p; p++) {
            if (*p == ' ')
                sum += number, number = 0, words++;
            else
                number = number * 10 + (u64)(*p - '0');
        }
        char pattern[8];
        *write_number(pattern, rounds % 9000 + 1000) = 0;
        const char *found = find(copy, pattern);
        checksum = mix(checksum, sum + words + length(text) + (found ? (u64)(found - copy) : 0));
        checksum += (u64)compare(text, copy);
    }
    return checksum;
}

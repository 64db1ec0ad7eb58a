// A hosted C program on picolibc: its startup code, printf, heap and library functions, on this machine's console
// and finisher. Exits with 7 so that a runner that loses the exit code is noticed.
#include <ctype.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UART_DATA 0x10000000UL
#define FINISHER  0x00100000UL

static int console_put(char c, FILE *file)
{
    (void)file;
    *(volatile uint8_t *)UART_DATA = (uint8_t)c;
    return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(console_put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;

__attribute__((noreturn)) void _exit(int code)
{
    *(volatile uint32_t *)FINISHER = code ? ((uint32_t)code << 16) | 0x3333 : 0x5555;
    for (;;)
        __asm__ volatile("wfi");
}

static int compare_numbers(const void *left, const void *right)
{
    int a = *(const int *)left;
    int b = *(const int *)right;
    return (a > b) - (a < b);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void formats(void)
{
    printf("formats: %d %5d|%-5d|%05d %+d %i\n", 42, 42, 42, 42, 42, -42);
    printf("formats: %u %x %X %#x %o %#o\n", 4000000000u, 0xbeefu, 0xbeefu, 255u, 8u, 8u);
    printf("formats: %ld %lu %lx %zu\n", -9007199254740993L, 18446744073709551615UL, 0x123456789abcdefUL, (size_t)99);
    printf("formats: %s|%8s|%-8s|%.3s|%c|%%\n", "text", "right", "left", "truncated", 'c');
    printf("formats: %*d|%.*s|%hhd %hd\n", 6, 7, 2, "abc", (signed char)-1, (short)-300);
    char buffer[16];
    int length = snprintf(buffer, sizeof buffer, "%s", "longer than its buffer");
    printf("formats: snprintf %d '%s'\n", length, buffer);
}

static void heap(void)
{
    enum { BLOCKS = 200 };
    static unsigned char *blocks[BLOCKS];
    unsigned long sum = 0;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < BLOCKS; i++) {
            size_t size = 16 + (size_t)(i * 37 + round * 11) % 700;
            blocks[i] = malloc(size);
            if (!blocks[i]) {
                printf("heap: malloc(%zu) failed\n", size);
                exit(1);
            }
            memset(blocks[i], i, size);
        }
        for (int i = 0; i < BLOCKS; i++) {
            sum += blocks[i][0] + blocks[i][15];
            free(blocks[(i * 7) % BLOCKS]);
            blocks[(i * 7) % BLOCKS] = malloc(1);
            *blocks[(i * 7) % BLOCKS] = (unsigned char)i;
            blocks[(i * 7) % BLOCKS] = realloc(blocks[(i * 7) % BLOCKS], 64);
            blocks[(i * 7) % BLOCKS][15] = 1;
        }
        for (int i = 0; i < BLOCKS; i++)
            free(blocks[i]);
    }
    int *zeros = calloc(1000, sizeof *zeros);
    for (int i = 0; i < 1000; i++)
        sum += (unsigned long)zeros[i];
    free(zeros);
    printf("heap: %lu\n", sum);
}

static void sorting(void)
{
    int numbers[100];
    for (int i = 0; i < 100; i++)
        numbers[i] = (i * 7919) % 1009 - 500;
    qsort(numbers, 100, sizeof numbers[0], compare_numbers);
    for (int i = 1; i < 100; i++)
        if (numbers[i] < numbers[i - 1])
            exit(1);
    const char *texts[] = { "pear", "apple", "fig", "quince", "banana" };
    qsort(texts, 5, sizeof texts[0], compare_texts);
    printf("sorting: %d..%d", numbers[0], numbers[99]);
    for (int i = 0; i < 5; i++)
        printf(" %s", texts[i]);
    printf("\n");
    int wanted = numbers[33];
    int *found = bsearch(&wanted, numbers, 100, sizeof numbers[0], compare_numbers);
    printf("sorting: found at %d\n", found ? (int)(found - numbers) : -1);
}

static void texts(void)
{
    char buffer[64] = "one";
    strcat(buffer, ",two");
    strncat(buffer, ",three,four", 6);
    printf("texts: %s %zu %d %d\n", buffer, strlen(buffer), strcmp("abc", "abd") < 0, memcmp("xyz", "xyz", 3));
    printf("texts: %s %s %s\n", strchr(buffer, ','), strrchr(buffer, ','), strstr(buffer, "two"));
    int words = 0;
    for (char *word = strtok(buffer, ","); word; word = strtok(NULL, ","))
        printf("texts: word %d %s\n", ++words, word);
    char moved[] = "0123456789";
    memmove(moved + 2, moved, 8);
    for (char *c = buffer; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    printf("texts: %s %s\n", moved, buffer);
}

static void numbers(void)
{
    volatile long a = -1234567890123456789L;
    volatile long b = 987654321L;
    volatile unsigned long c = 0xfedcba9876543210UL;
    volatile long zero = 0;
    printf("numbers: %ld %ld %lu %lu\n", a / b, a % b, c / 12345UL, c % 12345UL);
    printf("numbers: %d\n", (int)(((__int128)a * b) >> 64));
    __int128 wide = (__int128)a * a;
    printf("numbers: %ld\n", (long)(wide / b / 1000003));
    // Unlike most instruction sets RISC-V defines division by zero; C doesn't, so it goes through assembly.
    long quotient;
    long rest;
    __asm__ volatile("div %0, %2, %3\n\trem %1, %2, %3" : "=&r"(quotient), "=&r"(rest) : "r"(a), "r"(zero));
    printf("numbers: by zero %ld %ld\n", quotient, rest);
    char *end;
    printf("numbers: %ld", strtol("-0x1fZ", &end, 16));
    printf(" '%s' %ld", end, strtol("  077", NULL, 0));
    printf(" %lu %d\n", strtoul("18446744073709551615", NULL, 10), atoi("12ab"));
    volatile double x = 10.0;
    printf("numbers: %d %d\n", (int)(x / 3.0 * 1000.0), x * x > 99.5);
}

static jmp_buf place;

static void jump(int depth)
{
    if (depth == 0)
        longjmp(place, 3);
    jump(depth - 1);
    printf("jumps: returned from %d\n", depth);
}

static void jumps(void)
{
    volatile int before = 11;
    int value = setjmp(place);
    if (value == 0) {
        before++;
        jump(5);
    }
    printf("jumps: %d %d\n", value, before);
}

static void at_exit(void)
{
    puts("libc: leaving");
}

int main(void)
{
    atexit(at_exit);
    formats();
    heap();
    sorting();
    texts();
    numbers();
    jumps();
    return 7;
}

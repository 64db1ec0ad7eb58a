// A program with glibc: what it prints is the same on every instruction set and under QEMU.
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint64_t state = 88172645463325252ull;

static uint32_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static void print(const char *format, ...)
{
    char text[256];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    printf("%3d %s\n", n, text);
}

static void formats(void)
{
    print("%d %u %x %o %5d|%-5d|%05d", -42, 42u, 0xbeef, 8, 7, 7, 7);
    print("%lld %llu %llx", -1234567890123456789ll, 12345678901234567890ull, 0xfedcba9876543210ull);
    print("%s|%10s|%-10s|%.3s|%c|%%", "text", "right", "left", "cut off", 'c');
    print("%f %.3f %e %g %g %a", 3.14159265358979, 2.0 / 3, 12345.678, 0.0001, 1e20, 1.5);
    print("%f %f %f %f", INFINITY, -INFINITY, 0.0, -0.0);
    print("%.17g %.17g %.17g", 0.1, 1.0 / 3, 5e-324);
    print("%d %ld %.10f", atoi("123abc"), strtol("-0x7f", 0, 16), strtod("2.718281828459045e0", 0));
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void sorting(void)
{
    static uint32_t numbers[5000];
    for (int i = 0; i < 5000; i++) numbers[i] = next();
    qsort(numbers, 5000, sizeof *numbers, compare);
    uint64_t hash = 14695981039346656037ull;
    int ordered = 1;
    for (int i = 0; i < 5000; i++) {
        hash = (hash ^ numbers[i]) * 1099511628211ull;
        if (i && numbers[i] < numbers[i - 1]) ordered = 0;
    }
    uint32_t *found = bsearch(&numbers[1234], numbers, 5000, sizeof *numbers, compare);
    print("sorted %d, hash %016llx, found %d", ordered, (unsigned long long)hash, found == &numbers[1234]);
}

static void heap(void)
{
    char *blocks[200] = {0};
    size_t sizes[200] = {0};
    size_t total = 0;
    for (int round = 0; round < 3000; round++) {
        int i = next() % 200;
        if (blocks[i]) {
            for (size_t k = 0; k < sizes[i]; k += 97)
                if (blocks[i][k] != (char)(i + k)) { print("block %d is damaged", i); exit(1); }
            total += sizes[i];
        }
        size_t size = next() % (round % 100 == 0 ? 300000 : 2000) + 1;
        blocks[i] = realloc(blocks[i], size);
        sizes[i] = size;
        for (size_t k = 0; k < size; k++) blocks[i][k] = (char)(i + k);
    }
    for (int i = 0; i < 200; i++) free(blocks[i]);
    print("heap %zu", total);
}

static void mathematics(void)
{
    double sum = 0, product = 1;
    float single = 0;
    for (int i = 1; i <= 200; i++) {
        sum += sqrt(i) / (i + 0.5);
        product *= 1 + 1.0 / (i * (double)i);
        single += 1.0f / i;
    }
    print("%.15g %.15g %.8g", sum, product, single);
    print("%.15g %.15g %.15g", sin(1), cos(2), tan(0.5));
    print("%.15g %.15g %.15g %.15g", exp(1.5), log(10), pow(2, 0.5), atan2(1, -2));
    print("%.15g %.15g %.15g %.15g", floor(-2.5), ceil(-2.5), fmod(10, 3.7), hypot(3, 4));
    print("%d %d %lld %d", (int)-2.9, (int)1e9, (long long)-1e18, isnan(sqrt(-1)) != 0);
    print("%u %llu %d", (unsigned)3000000000.0, (unsigned long long)1.5e19, (signed char)(int)-100.7f);
    volatile double tiny = 1e-310, zero = 0;
    print("%g %d %d %d", tiny / 3, 1 / zero > 1e308, zero / zero != zero / zero, -1 / zero < 0);
}

static jmp_buf back;

static void deep(int n)
{
    volatile char room[100];
    room[n % 100] = (char)n;
    if (n == 0) longjmp(back, 42);
    deep(n - 1);
    room[0]++;
}

static void jumps(void)
{
    volatile int count = 0;
    int value = setjmp(back);
    count++;
    if (value == 0) deep(50);
    print("longjmp %d, %d times here", value, count);
}

static void files(void)
{
    FILE *file = fopen("suite.txt", "w+");
    if (!file) { print("no file: %d", errno == EACCES || errno == ENOENT); return; }
    for (int i = 0; i < 2000; i++) fprintf(file, "line %d of the file\n", i);
    print("at %ld", ftell(file));
    fseek(file, 0, SEEK_SET);
    char line[64];
    int lines = 0, sum = 0;
    while (fgets(line, sizeof line, file)) {
        int number;
        if (sscanf(line, "line %d", &number) == 1) sum += number;
        lines++;
    }
    print("%d lines, sum %d", lines, sum);
    fclose(file);
    struct stat status;
    print("stat %d, %lld bytes, regular %d", stat("suite.txt", &status), (long long)status.st_size, S_ISREG(status.st_mode));
    file = fopen("suite.txt", "a");
    fputs("tail\n", file);
    fclose(file);
    file = fopen("suite.txt", "r");
    fseek(file, -5, SEEK_END);
    print("%s", fgets(line, sizeof line, file) ? strtok(line, "\n") : "nothing");
    fclose(file);
    print("rename %d", rename("suite.txt", "suite2.txt"));
    print("gone %d", fopen("suite.txt", "r") == 0 && errno == ENOENT);
    print("remove %d", remove("suite2.txt"));
    print("%s", strerror(ENOSPC));
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) print("argument %d: %s", i, argv[i]);
    print("environment %s", getenv("SUITE") ? getenv("SUITE") : "is empty");
    formats();
    sorting();
    heap();
    mathematics();
    jumps();
    files();
    time_t day = 86400 * 365;
    struct tm *parts = gmtime(&day);
    char date[64];
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", parts);
    print("%s", date);
    print("time goes on %d", time(0) > day && clock() >= 0);
    char word[100];
    while (scanf("%99s", word) == 1) print("read %s", word);
    fprintf(stderr, "to the error output\n");
    return 7;
}

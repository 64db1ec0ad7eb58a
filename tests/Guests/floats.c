// A hosted C program on picolibc that computes with floats and doubles: libm, printf and strtod, all rounding modes, all
// flags, and loops whose results are hashed bit by bit. Its startup code switches the floating-point unit on.
#include <fenv.h>
#include <math.h>
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

static uint64_t bits(double x)
{
    uint64_t result;
    memcpy(&result, &x, sizeof result);
    return result;
}

static uint64_t hash(uint64_t state, double x)
{
    return (state ^ bits(x)) * 0x100000001b3;
}

static void formats(void)
{
    printf("formats: %f %.3f %10.2f|%-10.2f|%+.1f\n", 3.14159265358979, 2.5, -1234.567, 99.999, 0.05);
    printf("formats: %e %.12e %g %g %g\n", 6.02214076e23, 1.0 / 3, 1e-5, 123456789.0, 0.1);
    printf("formats: %a %a %f %f\n", 1.0, 0x1.fffffffffffffp1023, (double)INFINITY, (double)-INFINITY);
    printf("formats: %.17g %.17g %.9g\n", 0.1 + 0.2, 4.9406564584124654e-324, (double)0.1f);
}

static void functions(void)
{
    volatile double one = 1, two = 2;
    printf("functions: sqrt %.17g exp %.17g log %.17g\n", sqrt(two), exp(one), log(two));
    printf("functions: sin %.17g cos %.17g atan2 %.17g\n", sin(one), cos(one), atan2(one, two));
    printf("functions: pow %.17g cbrt %.17g hypot %.17g\n", pow(two, 0.1), cbrt(two), hypot(3 * one, 4 * one));
    printf("functions: fma %.17g fmod %.17g rint %.17g\n", fma(one + 0x1p-52, one - 0x1p-53, -one), fmod(1e17, 3.7), rint(2.5));
    printf("functions: sinf %.9g sqrtf %.9g powf %.9g\n", (double)sinf(1.0f), (double)sqrtf(2.0f), (double)powf(2.0f, 0.1f));
    printf("functions: strtod %.17g %.17g %.17g\n", strtod("2.2250738585072011e-308", NULL), strtod("1e400", NULL), strtod("0x1.8p3", NULL));
}

static void modes(void)
{
    static const int mode[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD };
    static const char *const name[] = { "nearest", "zero", "down", "up" };
    for (int i = 0; i < 4; i++) {
        volatile double one = 1, three = 3, tiny = 0x1p-1074, big = 0x1.fffffffffffffp1023;
        fesetround(mode[i]);
        double third = one / three, sum = one + tiny, half = -tiny / 2, twice = big * 2;
        long whole = lrint(-2.5 * one);
        fesetround(FE_TONEAREST);
        printf("modes: %-7s %016lx %016lx %016lx %016lx %ld\n", name[i], bits(third), bits(sum), bits(half), bits(twice), whole);
    }
}

static void flags(void)
{
    volatile double zero = 0, one = 1, three = 3, tiny = 0x1p-1022, big = 0x1p1023, result;
    struct { const char *name; int flags; } seen[6];
    int n = 0;
#define SEE(expression) \
    feclearexcept(FE_ALL_EXCEPT), result = (expression), \
    seen[n].name = #expression, seen[n].flags = fetestexcept(FE_ALL_EXCEPT), n++
    SEE(one + one);
    SEE(one / three);
    SEE(one / zero);
    SEE(zero / zero);
    SEE(big * big);
    SEE(tiny / three);
    (void)result;
    for (int i = 0; i < n; i++)
        printf("flags: %s: %d\n", seen[i].name, seen[i].flags);
}

static void bodies(void)
{
    enum { BODIES = 4, STEPS = 1500 };
    double at[BODIES][2] = { { 0, 0 }, { 1, 0 }, { 0, 2.5 }, { -4, 1 } };
    double speed[BODIES][2] = { { 0, 0 }, { 0, 1 }, { -0.6, 0 }, { 0, -0.5 } };
    const double mass[BODIES] = { 1, 1e-3, 2e-3, 5e-4 };
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < BODIES; i++) {
            for (int j = 0; j < BODIES; j++) {
                if (i == j)
                    continue;
                double dx = at[j][0] - at[i][0], dy = at[j][1] - at[i][1];
                double square = dx * dx + dy * dy + 1e-6;
                double pull = mass[j] / (square * sqrt(square)) * 0.01;
                speed[i][0] += dx * pull;
                speed[i][1] += dy * pull;
            }
        }
        for (int i = 0; i < BODIES; i++) {
            at[i][0] += speed[i][0] * 0.01;
            at[i][1] += speed[i][1] * 0.01;
        }
    }
    uint64_t state = 0xcbf29ce484222325;
    for (int i = 0; i < BODIES; i++)
        state = hash(hash(state, at[i][0]), at[i][1]);
    printf("bodies: %.15g %.15g %016lx\n", at[1][0], at[1][1], state);
}

static void singles(void)
{
    uint64_t state = 0xcbf29ce484222325;
    unsigned seed = 1, inside = 0;
    float sum = 0;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525 + 1013904223;
        float x = (float)(seed >> 8) / 16777216.0f;
        seed = seed * 1664525 + 1013904223;
        float y = (float)(int)seed / 2147483648.0f;
        inside += x * x + y * y < 1;
        sum += x / (1.5f + y) - sqrtf(x);
        state = hash(state, sum);
    }
    printf("singles: %u of 20000, %.9g %016lx\n", inside, (double)sum, state);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sorting(void)
{
    double numbers[200];
    for (int i = 0; i < 200; i++)
        numbers[i] = sin(i * 1.7) * exp(i % 13) - i;
    qsort(numbers, 200, sizeof numbers[0], compare);
    uint64_t state = 0xcbf29ce484222325;
    for (int i = 0; i < 200; i++)
        state = hash(state, numbers[i]);
    printf("sorting: %.12g %.12g %.12g %016lx\n", numbers[0], numbers[100], numbers[199], state);
}

int main(void)
{
    formats();
    functions();
    modes();
    flags();
    bodies();
    singles();
    sorting();
    printf("floats: done\n");
    return 0;
}

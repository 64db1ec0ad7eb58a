// The least that a Linux program needs: a start, system calls, a few strings. No library, so that the same text runs on
// every instruction set before its floating point does.
#pragma once

typedef unsigned long word;
typedef long sword;
typedef unsigned char byte;

#if defined(__riscv)
static sword call(sword n, sword a, sword b, sword c, sword d, sword e, sword f)
{
    register sword a7 __asm__("a7") = n;
    register sword a0 __asm__("a0") = a;
    register sword a1 __asm__("a1") = b;
    register sword a2 __asm__("a2") = c;
    register sword a3 __asm__("a3") = d;
    register sword a4 __asm__("a4") = e;
    register sword a5 __asm__("a5") = f;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
    return a0;
}
__asm__(".globl _start\n_start:\n.option push\n.option norelax\n la gp, __global_pointer$\n.option pop\n mv a0, sp\n andi sp, sp, -16\n j start\n");
#elif defined(__alpha__)
static sword call(sword n, sword a, sword b, sword c, sword d, sword e, sword f)
{
    register sword v0 __asm__("$0") = n;
    register sword a0 __asm__("$16") = a;
    register sword a1 __asm__("$17") = b;
    register sword a2 __asm__("$18") = c;
    register sword a3 __asm__("$19") = d;
    register sword a4 __asm__("$20") = e;
    register sword a5 __asm__("$21") = f;
    __asm__ volatile("callsys" : "+r"(v0), "+r"(a3), "+r"(a4) : "r"(a0), "r"(a1), "r"(a2), "r"(a5) : "memory",
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$22", "$23", "$24", "$25", "$27", "$28");
    return a3 ? -v0 : v0;
}
__asm__(".globl _start\n.ent _start\n_start:\n br $27, 1f\n1: ldgp $29, 0($27)\n mov $30, $16\n lda $27, start\n jsr $26, ($27)\n.end _start\n");
#elif defined(__mips__)
static sword call(sword n, sword a, sword b, sword c, sword d, sword e, sword f)
{
    register sword v0 __asm__("$2") = n;
    register sword a0 __asm__("$4") = a;
    register sword a1 __asm__("$5") = b;
    register sword a2 __asm__("$6") = c;
    register sword a3 __asm__("$7") = d;
    register sword t0 __asm__("$8") = e;
    register sword t1 __asm__("$9") = f;
    __asm__ volatile("addiu $sp, $sp, -32\n sw %4, 16($sp)\n sw %5, 20($sp)\n syscall\n addiu $sp, $sp, 32"
        : "+r"(v0), "+r"(a3) : "r"(a0), "r"(a1), "r"(t0), "r"(t1), "r"(a2) : "memory", "$1", "$3", "$10", "$11",
        "$12", "$13", "$14", "$15", "$24", "$25");
    return a3 ? -v0 : v0;
}
__asm__(".set noreorder\n.globl __start\n.globl _start\n.ent __start\n__start:\n_start:\n move $4, $sp\n li $8, -16\n and $sp, $sp, $8\n addiu $sp, $sp, -32\n la $25, start\n jr $25\n nop\n.end __start\n.set reorder\n");
#endif

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#define sys(name, ...) sys_(__NR_##name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define sys_(n, a, b, c, d, e, f, ...) call((n), (sword)(a), (sword)(b), (sword)(c), (sword)(d), (sword)(e), (sword)(f))

static char line[512];
static word used;

static void put(const char *text)
{
    while (*text && used < sizeof line) line[used++] = *text++;
}

static void number(sword value)
{
    char digits[24];
    int n = 0;
    word left = value < 0 ? -(word)value : (word)value;
    do digits[n++] = '0' + left % 10; while (left /= 10);
    if (value < 0) digits[n++] = '-';
    while (n) { char one[2] = {digits[--n], 0}; put(one); }
}

static void end_line(void)
{
    put("\n");
    sys(write, 1, line, used);
    used = 0;
}

static void say(const char *what, sword value)
{
    put(what);
    put(" ");
    number(value);
    end_line();
}

void *memcpy(void *to, const void *from, word n)
{
    for (word i = 0; i < n; i++) ((volatile byte *)to)[i] = ((const byte *)from)[i];
    return to;
}

void *memset(void *to, int value, word n)
{
    for (word i = 0; i < n; i++) ((volatile byte *)to)[i] = value;
    return to;
}

int program(int argc, char **argv, char **envp);

void start(word *stack)
{
    int argc = (int)stack[0];
    sys(exit_group, program(argc, (char **)(stack + 1), (char **)(stack + 2 + argc)));
    for (;;) {}
}

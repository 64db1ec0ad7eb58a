// What the cases of traps.c need: a handler that notes what it sees, code that traps on purpose, checks that print.
#ifndef TRAPS_H
#define TRAPS_H

#include "guest.h"

#define CLINT_MSIP   0x02000000UL
#define MIE_MSIE     (1UL << 3)
#define MSTATUS_MPIE (1UL << 7)
#define MSTATUS_MPP  (3UL << 11)
#define UNMAPPED     0x100000000000UL

enum {
    MISALIGNED_JUMP = 0,
    FETCH_FAULT = 1,
    ILLEGAL = 2,
    BREAKPOINT = 3,
    LOAD_FAULT = 5,
    STORE_FAULT = 7,
    CALL_FROM_U = 8,
    CALL_FROM_M = 11,
};

// What the handler saw last. `resume` is where it continues; every trap must have one.
static volatile u64 resume;
static volatile u64 expected_pc;
static volatile u64 traps;
static volatile u64 cause_seen;
static volatile u64 value_seen;
static volatile u64 pc_seen;
static volatile u64 status_seen;
static volatile u64 left; // what t2 held after the case
static volatile int vectored;
static volatile u64 vector_seen;
static int failures;

u64 trap_handler(u64 cause, u64 pc)
{
    traps++;
    cause_seen = cause;
    value_seen = csr_read(mtval);
    pc_seen = pc;
    status_seen = csr_read(mstatus);
    if (vectored)
        vector_seen = csr_read(mscratch);
    if (cause & CAUSE_INTERRUPT) {
        write32(CLINT_MSIP, 0);
        write64(CLINT_MTIMECMP, NEVER);
        return pc;
    }
    if (!resume)
        unexpected_trap(cause, pc);
    u64 target = resume;
    resume = 0;
    csr_set(mstatus, MSTATUS_MPP); // a case that went to user mode continues in machine mode
    return target;
}

// Runs `code`, which traps at its label 2, and goes on at label 1. t1 and t2 are its to use; `input` comes in t2.
#define TRAP(code, input)                                   \
    do {                                                    \
        register u64 input_ __asm__("t2") = (u64)(input);   \
        traps = 0;                                          \
        __asm__ volatile(                                   \
            "   la      t1, 1f\n"                           \
            "   sd      t1, %0\n"                           \
            "   la      t1, 2f\n"                           \
            "   sd      t1, %1\n"                           \
            code "\n"                                       \
            "1:\n"                                          \
            : "=m"(resume), "=m"(expected_pc), "+r"(input_) \
            : : "t1", "ra", "memory");                      \
        left = input_;                                      \
    } while (0)

// The same from user mode.
#define USER_TRAP(code, input)                  \
    TRAP("  csrw    mepc, t1\n"                 \
        "   li      t1, 0x1800\n"               \
        "   csrc    mstatus, t1\n"              \
        "   mret\n"                             \
        code, input)

static void put_case(const char *name)
{
    put_text("traps: ");
    put_text(name);
}

static void put_wrong(const char *what, u64 value, u64 expected)
{
    put_text(" ");
    put_text(what);
    put_text("=");
    put_hex(value);
    put_text(" expected ");
    put_hex(expected);
}

static void end_case(int right)
{
    put_text(right ? " ok\n" : " WRONG\n");
    failures += !right;
}

// `other` is a second value that the architecture allows in mtval.
static void check(const char *name, u64 cause, u64 value, u64 other, u64 pc)
{
    put_case(name);
    put_text(" cause=");
    put_number(cause_seen);
    int right = 1;
    if (traps != 1) {
        put_wrong("traps", traps, 1);
        right = 0;
    }
    if (cause_seen != cause) {
        put_wrong("mcause", cause_seen, cause);
        right = 0;
    }
    if (value_seen != value && value_seen != other) {
        put_wrong("mtval", value_seen, value);
        right = 0;
    }
    if (pc_seen != pc) {
        put_wrong("mepc", pc_seen, pc);
        right = 0;
    }
    end_case(right);
}

static void check_value(const char *name, u64 value, u64 expected)
{
    put_case(name);
    if (value != expected)
        put_wrong("value", value, expected);
    end_case(value == expected);
}

// An illegal instruction's bits in mtval are optional: 0 is right too.
static void check_illegal(const char *name, u64 bits)
{
    check(name, ILLEGAL, bits, 0, expected_pc);
}

#endif

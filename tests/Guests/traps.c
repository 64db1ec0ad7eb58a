// Makes every kind of trap that the machine has and checks mcause, mtval, mepc and mstatus, and some CSR behaviour.
// The same text under QEMU with 32-bit instructions only: qemu-system-riscv64 -M virt -cpu rv64,c=false.
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
static int failures;

u64 trap_handler(u64 cause, u64 pc)
{
    traps++;
    cause_seen = cause;
    value_seen = csr_read(mtval);
    pc_seen = pc;
    status_seen = csr_read(mstatus);
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

// Where the machine has memory protection, user mode may do nothing until an entry allows it. This machine has none:
// the instructions trap and are passed over.
static void allow_user_mode(void)
{
    TRAP("2: csrw pmpaddr0, t2", ~0UL >> 10);
    TRAP("2: csrw pmpcfg0, t2", 0x1f);
    resume = 0;
}

static void illegal_instructions(void)
{
    TRAP("2: .word 0", 0);
    check_illegal("illegal-zeros", 0);
    TRAP("2: .word 0xffffffff", 0);
    check_illegal("illegal-ones", 0xffffffff);
    TRAP("2: csrr t2, 0x800", 0);
    check_illegal("no-such-csr", 0x800023f3);
    TRAP("2: csrw mhartid, t2", 0);
    check_illegal("read-only-csr-write", 0xf1439073);
    TRAP("2: csrs mhartid, t2", 1);
    check_illegal("read-only-csr-set", 0xf143a073);
    traps = 0;
    check_value("read-only-csr-read", csr_read(mhartid) + traps, 0);
}

static void calls(void)
{
    TRAP("2: ecall", 0);
    check("ecall-machine", CALL_FROM_M, 0, 0, expected_pc);
    TRAP("2: ebreak", 0);
    check("ebreak", BREAKPOINT, 0, expected_pc, expected_pc);
}

static void misaligned_jumps(void)
{
    // The target is two bytes behind the instruction after the jump.
    TRAP("  la      t2, 1f + 2\n"
        "2: jalr    ra, 0(t2)", 0);
    check("misaligned-jalr", MISALIGNED_JUMP, expected_pc + 6, expected_pc + 6, expected_pc);
    // A jal and a beq to two bytes on, which the assembler won't make. mtval is not looked at: QEMU 7.2 gives an
    // address before the jump where the architecture has the target's.
    TRAP("2: .word 0x0020006f", 0);
    check("misaligned-jal", MISALIGNED_JUMP, expected_pc + 2, value_seen, expected_pc);
    TRAP("2: .word 0x00000163", 0);
    check("misaligned-branch", MISALIGNED_JUMP, expected_pc + 2, value_seen, expected_pc);
}

static void access_faults(void)
{
    TRAP("2: ld t1, 0(t2)", UNMAPPED);
    check("load-fault", LOAD_FAULT, UNMAPPED, UNMAPPED, expected_pc);
    TRAP("2: lbu t1, 5(t2)", UNMAPPED);
    check("load-byte-fault", LOAD_FAULT, UNMAPPED + 5, UNMAPPED + 5, expected_pc);
    TRAP("2: sd t1, 8(t2)", UNMAPPED);
    check("store-fault", STORE_FAULT, UNMAPPED + 8, UNMAPPED + 8, expected_pc);
    TRAP("2: jr t2", UNMAPPED);
    check("fetch-fault", FETCH_FAULT, UNMAPPED, UNMAPPED, UNMAPPED);
}

static void user_mode(void)
{
    USER_TRAP("2: ecall", 0);
    check("ecall-user", CALL_FROM_U, 0, 0, expected_pc);
    check_value("mpp-after-user", status_seen & MSTATUS_MPP, 0);
    USER_TRAP("2: csrr t2, mstatus", 0);
    check_illegal("user-csr-read", 0x300023f3);
    USER_TRAP("2: csrw mscratch, t2", 0);
    check_illegal("user-csr-write", 0x34039073);
    USER_TRAP("2: mret", 0);
    check_illegal("user-mret", 0x30200073);
    USER_TRAP("2: .word 0", 0);
    check_illegal("user-illegal", 0);
    USER_TRAP("2: ld t1, 0(t2)", UNMAPPED);
    check("user-load-fault", LOAD_FAULT, UNMAPPED, UNMAPPED, expected_pc);
    check_value("mpp-after-user-fault", status_seen & MSTATUS_MPP, 0);
}

static void status_stack(void)
{
    const u64 bits = MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP;
    unmask_interrupts();
    TRAP("2: ecall", 0);
    check_value("mstatus-in-trap", status_seen & bits, MSTATUS_MPIE | MSTATUS_MPP);
    check_value("mstatus-after-mret", csr_read(mstatus) & (MSTATUS_MIE | MSTATUS_MPIE), MSTATUS_MIE | MSTATUS_MPIE);
    mask_interrupts();
    TRAP("2: ecall", 0);
    check_value("mstatus-masked-trap", status_seen & bits, MSTATUS_MPP);
    check_value("mstatus-masked-mret", csr_read(mstatus) & MSTATUS_MIE, 0);
}

static void control_registers(void)
{
    csr_write(mscratch, 0xa5a5a5a55a5a5a5aUL);
    check_value("mscratch", csr_read(mscratch), 0xa5a5a5a55a5a5a5aUL);
    csr_write(mepc, 0x123456789abcdef0UL);
    check_value("mepc", csr_read(mepc), 0x123456789abcdef0UL);
    u64 vector = csr_read(mtvec);
    csr_write(mtvec, vector | 2);
    check_value("mtvec-reserved-mode", csr_read(mtvec) & 2, 0);
    csr_write(mtvec, vector);
    check_value("mtvec", csr_read(mtvec), vector);
    csr_write(mcause, 5);
    check_value("mcause", csr_read(mcause), 5);
    csr_write(mtval, 0x0123456789abcdefUL);
    check_value("mtval", csr_read(mtval), 0x0123456789abcdefUL);
    u64 before = csr_read(minstret);
    u64 after = csr_read(minstret);
    check_value("minstret-forward", after > before, 1);
}

// Interrupts may be taken a while after their cause, so these wait.
static void interrupts(void)
{
    traps = 0;
    csr_set(mie, MIE_MSIE);
    write32(CLINT_MSIP, 1);
    wait_until(traps);
    csr_clear(mie, MIE_MSIE);
    check_value("software-interrupt", cause_seen, CAUSE_INTERRUPT | 3);
    traps = 0;
    csr_set(mie, MIE_MTIE);
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + 1000);
    wait_until(traps);
    csr_clear(mie, MIE_MTIE);
    check_value("timer-interrupt", cause_seen, CAUSE_TIMER);
    mask_interrupts();
}

int main(void)
{
    allow_user_mode();
    illegal_instructions();
    calls();
    misaligned_jumps();
    access_faults();
    user_mode();
    status_stack();
    control_registers();
    interrupts();
    put_text(failures ? "traps: failed\n" : "traps: all ok\n");
    return failures != 0;
}

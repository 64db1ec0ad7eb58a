// Makes every kind of trap that the machine has and checks mcause, mtval, mepc and mstatus, and some CSR behaviour.
// The same text under QEMU with 32-bit instructions only: qemu-system-riscv64 -M virt -cpu rv64,c=false.
#include "traps.h"

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

// What each form of a CSR instruction reads and leaves behind, from 0x0f in the register.
#define CSR_FORM(name, code, input, read, leaves)                               \
    do {                                                                        \
        u64 value_ = (input);                                                   \
        csr_write(mscratch, 0x0f);                                              \
        __asm__ volatile(code : "+r"(value_) : : "memory");                     \
        check_value(name "-read", value_, read);                                \
        check_value(name "-left", csr_read(mscratch), leaves);                  \
    } while (0)

static void csr_forms(void)
{
    CSR_FORM("csrrw", "csrrw %0, mscratch, %0", 0xf3, 0x0f, 0xf3);
    CSR_FORM("csrrs", "csrrs %0, mscratch, %0", 0xf3, 0x0f, 0xff);
    CSR_FORM("csrrc", "csrrc %0, mscratch, %0", 0xf3, 0x0f, 0x0c);
    CSR_FORM("csrrwi", "csrrwi %0, mscratch, 19", 0, 0x0f, 0x13);
    CSR_FORM("csrrsi", "csrrsi %0, mscratch, 19", 0, 0x0f, 0x1f);
    CSR_FORM("csrrci", "csrrci %0, mscratch, 19", 0, 0x0f, 0x0c);
    CSR_FORM("csrrw-no-rd", "csrrw zero, mscratch, %0", 0xf3, 0xf3, 0xf3);
    CSR_FORM("csrrs-no-rs1", "csrrs %0, mscratch, zero", 0xf3, 0x0f, 0x0f);
    // Setting and clearing nothing isn't a write, so a read-only register allows it.
    traps = 0;
    __asm__ volatile("csrrsi zero, mhartid, 0\n\tcsrrci zero, mhartid, 0" : : : "memory");
    check_value("read-only-csr-set-nothing", traps, 0);
}

// User mode reads a counter where mcounteren allows it.
static void user_counters(void)
{
    csr_write(mcounteren, 0);
    USER_TRAP("2: rdinstret t2", 0);
    check_illegal("user-counter-denied", 0xc02023f3);
    csr_write(mcounteren, 7);
    TRAP("2: csrw scounteren, t2", 7); // asked too where there is a supervisor mode; here it traps and is passed over
    resume = 0;
    USER_TRAP("2: rdinstret t2\n"
        "   ecall", 0);
    check("user-counter-allowed", CALL_FROM_U, 0, 0, expected_pc + 4);
    check_value("user-counter-read", left > 1000, 1);
    csr_write(mcounteren, 0);
}

// The machine does misaligned loads and stores itself.
static void misaligned_data(void)
{
    static volatile u64 words[3];
    u64 value = 0x1122334455667788UL;
    u64 read;
    traps = 0;
    words[0] = words[1] = words[2] = 0;
    __asm__ volatile("sd %1, 3(%2)\n\tld %0, 3(%2)" : "=&r"(read) : "r"(value), "r"(words) : "memory");
    check_value("misaligned-load", read, value);
    check_value("misaligned-store-low", words[0], value << 24);
    check_value("misaligned-store-high", words[1], value >> 40);
    check_value("misaligned-no-trap", traps, 0);
}

// An instruction that traps leaves its destination alone.
static void untouched_destination(void)
{
    TRAP("2: ld     t2, 0(t2)", UNMAPPED);
    check("fault-to-its-address", LOAD_FAULT, UNMAPPED, UNMAPPED, expected_pc);
    check_value("fault-keeps-destination", left, UNMAPPED);
    TRAP("  li      t2, 0x0bad\n"
        "2: csrrw   t2, mhartid, t2", 0);
    check_illegal("illegal-csr-with-destination", 0xf14393f3);
    check_value("illegal-keeps-destination", left, 0x0bad);
}

// wfi goes on for an interrupt that is pending and enabled in mie, taken or not.
static void masked_wait(void)
{
    traps = 0;
    mask_interrupts();
    csr_set(mie, MIE_MSIE);
    write32(CLINT_MSIP, 1);
    wait_for_interrupt();
    check_value("wfi-masked-pending", csr_read(mip) & MIE_MSIE, MIE_MSIE);
    check_value("wfi-masked-no-trap", traps, 0);
    unmask_interrupts();
    mask_interrupts();
    check_value("wfi-unmasked-trap", traps, 1);
    check_value("wfi-unmasked-cause", cause_seen, CAUSE_INTERRUPT | 3);
    csr_clear(mie, MIE_MSIE);
}

// Vectored mode: an interrupt enters at base + 4 * cause, an exception at the base. Each entry leaves its number.
__asm__(
    "   .balign 256\n"
    "vectors:\n"
    "   j   vector_0\n   j   vector_other\n   j   vector_other\n   j   vector_3\n"
    "   j   vector_other\n   j   vector_other\n   j   vector_other\n   j   vector_7\n"
    "   j   vector_other\n   j   vector_other\n   j   vector_other\n   j   vector_other\n"
    "vector_0:      csrwi mscratch, 1\n    j trap_entry\n"
    "vector_3:      csrwi mscratch, 3\n    j trap_entry\n"
    "vector_7:      csrwi mscratch, 7\n    j trap_entry\n"
    "vector_other:  csrwi mscratch, 31\n   j trap_entry\n");

void vectors(void);

static void vectored_mode(void)
{
    u64 direct = csr_read(mtvec);
    csr_write(mtvec, (u64)vectors | 1);
    check_value("mtvec-vectored", csr_read(mtvec), (u64)vectors | 1);
    vectored = 1;
    TRAP("2: ecall", 0);
    check("vectored-exception", CALL_FROM_M, 0, 0, expected_pc);
    check_value("vectored-exception-entry", vector_seen, 1);
    traps = 0;
    csr_set(mie, MIE_MSIE);
    write32(CLINT_MSIP, 1);
    wait_until(traps);
    csr_clear(mie, MIE_MSIE);
    check_value("vectored-software-entry", vector_seen, 3);
    traps = 0;
    csr_set(mie, MIE_MTIE);
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + 1000);
    wait_until(traps);
    csr_clear(mie, MIE_MTIE);
    check_value("vectored-timer-entry", vector_seen, 7);
    mask_interrupts();
    vectored = 0;
    csr_write(mtvec, direct);
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
    if (!(csr_read(misa) & 1 << 2))
        misaligned_jumps(); // with compressed instructions every even address is a good one
    access_faults();
    user_mode();
    status_stack();
    control_registers();
    csr_forms();
    user_counters();
    misaligned_data();
    untouched_destination();
    interrupts();
    masked_wait();
    vectored_mode();
    put_text(failures ? "traps: failed\n" : "traps: all ok\n");
    return failures != 0;
}

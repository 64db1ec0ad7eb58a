// What every bare-metal guest needs: device addresses, console output, parameters, CSR access, interrupts.
#ifndef GUEST_H
#define GUEST_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define UART_DATA       0x10000000UL
#define FINISHER        0x00100000UL
#define CLINT_MTIMECMP  0x02004000UL
#define CLINT_MTIME     0x0200bff8UL
#define NEVER           (~0UL)

#define MSTATUS_MIE     (1UL << 3)
#define MIE_MTIE        (1UL << 7)
#define MIE_MEIE        (1UL << 11)
#define CAUSE_INTERRUPT (1UL << 63)
#define CAUSE_TIMER     (CAUSE_INTERRUPT | 7)
#define CAUSE_EXTERNAL  (CAUSE_INTERRUPT | 11)

#ifdef GUEST_NATIVE
#include "native/machine.h" // the same operations on a made-up machine, to try a guest's logic without an emulator
#else
#define read32(address)         (*(volatile u32 *)(address))
#define read64(address)         (*(volatile u64 *)(address))
#define write8(address, value)  (*(volatile u8 *)(address) = (u8)(value))
#define write32(address, value) (*(volatile u32 *)(address) = (u32)(value))
#define write64(address, value) (*(volatile u64 *)(address) = (u64)(value))

// The "memory" clobber keeps the compiler from moving accesses across a change of interrupt state.
#define csr_read(name) \
    ({ u64 value_; __asm__ volatile("csrr %0, " #name : "=r"(value_) : : "memory"); value_; })
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" : : "r"(value) : "memory")
#define csr_set(name, bits)    __asm__ volatile("csrs " #name ", %0" : : "r"(bits) : "memory")
#define csr_clear(name, bits)  __asm__ volatile("csrc " #name ", %0" : : "r"(bits) : "memory")
#define wait_for_interrupt()   __asm__ volatile("wfi")
#endif

#define FNV_BASIS 14695981039346656037UL
#define FNV_PRIME 1099511628211UL

extern volatile u64 guest_parameters[8];

// Called by start.S for every trap; the result is where execution goes on.
u64 trap_handler(u64 cause, u64 pc);

static inline void put_char(char c)
{
    write8(UART_DATA, c);
}

static inline void put_text(const char *text)
{
    while (*text)
        put_char(*text++);
}

static inline void put_number(u64 value)
{
    char digits[20];
    int first = sizeof digits;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (first < (int)sizeof digits)
        put_char(digits[first++]);
}

static inline void put_hex(u64 value)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        put_char("0123456789abcdef"[(value >> shift) & 15]);
}

static inline u64 parameter(int index, u64 otherwise)
{
    u64 value = guest_parameters[index];
    return value ? value : otherwise;
}

// Ends the run through the finisher; start.S calls it too, so it is a real function in every guest.
__attribute__((used, noinline)) void guest_exit(int code)
{
    write32(FINISHER, code ? ((u32)code << 16) | 0x3333 : 0x5555);
    for (;;)
        wait_for_interrupt();
}

// For a guest that expects no trap, or not this one.
static inline void unexpected_trap(u64 cause, u64 pc)
{
    put_text("unexpected trap: cause ");
    put_hex(cause);
    put_text(" at ");
    put_hex(pc);
    put_text("\n");
    guest_exit(1);
}

static inline u64 fnv_add(u64 hash, u64 word)
{
    for (int i = 0; i < 8; i++) {
        hash = (hash ^ (word & 255)) * FNV_PRIME;
        word >>= 8;
    }
    return hash;
}

static inline void mask_interrupts(void)   { csr_clear(mstatus, MSTATUS_MIE); }
static inline void unmask_interrupts(void) { csr_set(mstatus, MSTATUS_MIE); }

// Sleeps until `condition` holds. Checking with interrupts masked closes the race in which the interrupt
// that makes it true comes between the check and the wfi: wfi wakes for a pending interrupt even when masked.
#define wait_until(condition)           \
    do {                                \
        mask_interrupts();              \
        while (!(condition)) {          \
            wait_for_interrupt();       \
            unmask_interrupts();        \
            mask_interrupts();          \
        }                               \
        unmask_interrupts();            \
    } while (0)

#endif

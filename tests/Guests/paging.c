// Turns on Sv39 and does what operating systems do to page tables, accessed and dirty bits and code. Whatever it sees
// goes into a checksum. Parameter 0: rounds. Parameter 1: 1 leaves every fence out, which the architecture allows no
// one to rely on, but which must show the same whatever the emulator remembers.
#include "guest.h"

#define V 0x01UL
#define R 0x02UL
#define W 0x04UL
#define X 0x08UL
#define U 0x10UL
#define A 0x40UL
#define D 0x80UL

#define PAGE       4096UL
#define WINDOW     0x40000000UL // 2 MiB of pages that come and go
#define MEGA       0x40200000UL // one page of 2 MiB
#define DATA_PAGES 16
#define CODE_FIRST 32 // the window's pages from here on hold code
#define CODE_PAGES 4
#define TABLE_PAGE 64 // the window's page that shows its own table
#define CODE_OFFSET 16
#define POOL_PAGES 32

typedef unsigned short u16;

#define ALIGNED __attribute__((aligned(4096)))

static u64 root[2][512] ALIGNED;
static u64 middle[2][512] ALIGNED;
static u64 leaf[2][512] ALIGNED;
static u8 pool[POOL_PAGES][PAGE] __attribute__((aligned(4096), section(".scratch"))); // as it is found
static u8 code[CODE_PAGES][PAGE] ALIGNED;

static int space;
static int fences;
static int compressed;
static u64 next_page;
static u64 faults;
static u64 hash = FNV_BASIS;
static u64 state = 88172645463325252UL;

void enter_supervisor(void (*entry)(void), u64 satp);
u64 run_user(u64 pc, u64 address);
extern char user_done[];

__asm__(
    "    .globl enter_supervisor\n"
    "enter_supervisor:\n"
    "    csrw   mepc, a0\n"
    "    csrw   satp, a1\n"
    "    la     t0, supervisor_entry\n"
    "    csrw   stvec, t0\n"
    "    li     t0, 3 << 11\n"
    "    csrc   mstatus, t0\n"
    "    li     t0, 1 << 11\n"
    "    csrs   mstatus, t0\n"
    "    mret\n"
    // User code has all of the caller's registers and keeps those that C functions keep.
    "    .globl run_user\n"
    "run_user:\n"
    "    addi   sp, sp, -16\n"
    "    sd     ra, 0(sp)\n"
    "    csrw   sepc, a0\n"
    "    li     t0, 1 << 8\n"
    "    csrc   sstatus, t0\n"
    "    sret\n"
    "    .globl user_done\n"
    "user_done:\n"
    "    ld     ra, 0(sp)\n"
    "    addi   sp, sp, 16\n"
    "    ret\n"
    "    .balign 4\n"
    "supervisor_entry:\n"
    "    addi   sp, sp, -128\n"
    "    sd     ra, 0(sp)\n"
    "    sd     t0, 8(sp)\n"
    "    sd     t1, 16(sp)\n"
    "    sd     t2, 24(sp)\n"
    "    sd     t3, 32(sp)\n"
    "    sd     t4, 40(sp)\n"
    "    sd     t5, 48(sp)\n"
    "    sd     t6, 56(sp)\n"
    "    sd     a0, 64(sp)\n"
    "    sd     a1, 72(sp)\n"
    "    sd     a2, 80(sp)\n"
    "    sd     a3, 88(sp)\n"
    "    sd     a4, 96(sp)\n"
    "    sd     a5, 104(sp)\n"
    "    sd     a6, 112(sp)\n"
    "    sd     a7, 120(sp)\n"
    "    csrr   a0, scause\n"
    "    csrr   a1, sepc\n"
    "    csrr   a2, stval\n"
    "    call   supervisor_trap\n"
    "    csrw   sepc, a0\n"
    "    ld     ra, 0(sp)\n"
    "    ld     t0, 8(sp)\n"
    "    ld     t1, 16(sp)\n"
    "    ld     t2, 24(sp)\n"
    "    ld     t3, 32(sp)\n"
    "    ld     t4, 40(sp)\n"
    "    ld     t5, 48(sp)\n"
    "    ld     t6, 56(sp)\n"
    "    ld     a0, 64(sp)\n"
    "    ld     a1, 72(sp)\n"
    "    ld     a2, 80(sp)\n"
    "    ld     a3, 88(sp)\n"
    "    ld     a4, 96(sp)\n"
    "    ld     a5, 104(sp)\n"
    "    ld     a6, 112(sp)\n"
    "    ld     a7, 120(sp)\n"
    "    addi   sp, sp, 128\n"
    "    sret\n");

u64 trap_handler(u64 cause, u64 pc)
{
    unexpected_trap(cause, pc);
    return pc;
}

static u64 entry_of(const void *page, u64 flags)
{
    return ((u64)page >> 12 << 10) | flags;
}

static u8 *page_behind(u64 entry)
{
    return (u8 *)(entry >> 10 << 12);
}

static void fence(void)
{
    if (fences)
        __asm__ volatile("sfence.vma" : : : "memory");
    else
        __asm__ volatile("" : : : "memory");
}

static void fence_code(void)
{
    if (fences)
        __asm__ volatile(".word 0x0000100f" : : : "memory"); // fence.i
    else
        __asm__ volatile("" : : : "memory");
}

static void see(u64 value)
{
    hash = (hash ^ value) * FNV_PRIME;
    hash ^= hash >> 29;
}

static u64 draw(u64 below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % below;
}

static u64 address_of(u64 page)
{
    return WINDOW + page * PAGE;
}

static u8 *new_page(void)
{
    return pool[next_page++ % POOL_PAGES];
}

// Pages come when they are touched, without accessed and dirty bits; a page that may only be read is copied first.
u64 supervisor_trap(u64 cause, u64 pc, u64 value)
{
    see(cause);
    see(value);
    if (cause == 8) {
        csr_set(sstatus, 1UL << 8);
        return (u64)user_done;
    }
    u64 page = (value - WINDOW) / PAGE;
    if (page >= DATA_PAGES || !(cause == 13 || cause == 15))
        unexpected_trap(cause, pc);
    faults++;
    u64 *entry = &leaf[space][page];
    if (!(*entry & V)) {
        *entry = entry_of(new_page(), V | R | W);
    } else if (cause == 15 && !(*entry & W)) {
        u64 *from = (u64 *)page_behind(*entry);
        u64 *to = (u64 *)new_page();
        for (u64 i = 0; i < PAGE / 8 && from != to; i += 64)
            to[i] = from[i];
        *entry = entry_of(to, V | R | W);
    } else {
        unexpected_trap(cause, pc);
    }
    fence();
    return pc;
}

static void store(u64 address, u64 value)
{
    write64(address, value);
}

static u64 load(u64 address)
{
    return read64(address);
}

static void choose_space(int which)
{
    space = which;
    csr_write(satp, (8UL << 60) | ((u64)root[which] >> 12));
    fence();
}

// addi a0, a0, number; ret
static void write_code(int page, u64 number)
{
    u32 *at = (u32 *)(code[page] + CODE_OFFSET);
    at[0] = 0x00050513 | (u32)(number & 0x7ff) << 20;
    at[1] = 0x00008067;
}

// ld a0, 0(a1); addi a0, a0, number; sd a0, 0(a1); ecall
static void write_user_code(int page, u64 number)
{
    u32 *at = (u32 *)(code[page] + 64);
    at[0] = 0x0005b503;
    at[1] = 0x00050513 | (u32)(number & 0x7ff) << 20;
    at[2] = 0x00a5b023;
    at[3] = 0x00000073;
}

static u64 call(int page, u64 argument)
{
    return ((u64 (*)(u64))(address_of((u64)(CODE_FIRST + page)) + CODE_OFFSET))(argument);
}

// The same with the first half of the addition in one page and the rest in the next, where 2-byte steps are possible.
static u64 call_across(int page, u64 number, u64 argument)
{
    u64 *entries = leaf[space] + CODE_FIRST;
    u16 *end = (u16 *)(page_behind(entries[page]) + PAGE) - 1;
    u16 *start = (u16 *)page_behind(entries[page + 1]);
    *end = 0x0513;
    start[0] = (u16)((number & 0x7ff) << 4 | 5);
    start[1] = 0x8067;
    start[2] = 0;
    fence_code();
    return ((u64 (*)(u64))(address_of((u64)(CODE_FIRST + page + 1)) - 2))(argument);
}

static void swap(u64 *a, u64 *b)
{
    u64 kept = *a;
    *a = *b;
    *b = kept;
    fence();
}

static void one_round(void)
{
    u64 i = draw(DATA_PAGES), j = draw(DATA_PAGES);
    u64 at = address_of(i) + draw(PAGE / 8) * 8;
    u64 *entries = leaf[space];
    int c = (int)draw(CODE_PAGES), e = (int)draw(CODE_PAGES);
    switch (draw(16)) {
    case 0:
    case 1:
        for (int k = 0; k < 20; k++)
            store(address_of(draw(DATA_PAGES)) + draw(PAGE / 8) * 8, state);
        break;
    case 2:
        for (int k = 0; k < 20; k++)
            see(load(address_of(draw(DATA_PAGES)) + draw(PAGE / 8) * 8));
        break;
    case 3: // goes away, and comes back as another page
        entries[i] = 0;
        fence();
        see(load(at));
        break;
    case 4:
        see(load(at));
        see(load(address_of(j)));
        swap(&entries[i], &entries[j]);
        see(load(at));
        see(load(address_of(j)));
        break;
    case 5: // accessed and dirty bits are cleared and come back by themselves
        see(load(at));
        entries[i] &= ~(A | D);
        fence();
        see(load(at));
        see(entries[i] & (A | D));
        store(at, state);
        see(entries[i] & (A | D));
        break;
    case 6:
        store(at, state);
        entries[i] &= ~D;
        fence();
        store(at, i);
        see(entries[i] & (A | D));
        break;
    case 7: // code is written where it lies and runs where it is mapped
        for (int k = 0; k < 4; k++) {
            write_code(c, draw(2048));
            fence_code();
            see(call(c, i));
            if (compressed && c + 1 < CODE_PAGES)
                see(call_across(c, state >> 50, j));
        }
        break;
    case 8:
        swap(&entries[CODE_FIRST + c], &entries[CODE_FIRST + e]);
        fence_code();
        see(call(c, j));
        see(call(e, j));
        break;
    case 9:
        choose_space(!space);
        see(call(c, i));
        see(load(at));
        break;
    case 10: // over the end of a page
        if (i + 1 < DATA_PAGES) {
            u64 end = address_of(i + 1);
            *(volatile u64 *)(end - 3) = state;
            see(*(volatile u64 *)(end - 5));
            *(volatile u32 *)(end - 1) = (u32)state;
            see(*(volatile u32 *)(end - 2));
        }
        break;
    case 11: // copied when it is written
        see(load(at));
        entries[i] &= ~W;
        fence();
        store(at, state);
        see(load(at));
        break;
    case 12: // user code, on a page that the supervisor may reach only if it says so
        store(at, state);
        entries[i] |= U;
        entries[CODE_FIRST + c] |= U;
        write_user_code((int)((page_behind(entries[CODE_FIRST + c]) - code[0]) / PAGE), j);
        fence();
        fence_code();
        see(run_user(address_of((u64)(CODE_FIRST + c)) + 64, at));
        csr_set(sstatus, 1UL << 18);
        see(load(at));
        csr_clear(sstatus, 1UL << 18);
        entries[i] &= ~U;
        entries[CODE_FIRST + c] &= ~U;
        fence();
        break;
    case 13: // pages that can only be executed are read
        csr_set(sstatus, 1UL << 19);
        see(load(address_of((u64)(CODE_FIRST + c)) + 0));
        csr_clear(sstatus, 1UL << 19);
        break;
    case 14: // the table is written through a page that it maps itself
        write64(address_of(TABLE_PAGE) + i * 8, entry_of(new_page(), V | R | W));
        fence();
        see(load(at));
        break;
    case 15:
        see(load(MEGA + 256));
        middle[space][1] ^= entry_of((void *)0x200000UL, 0);
        fence();
        see(load(MEGA + 256 + 8 * j));
        break;
    }
}

static void supervisor(void)
{
    u64 rounds = parameter(0, 2000);
    for (u64 round = 0; round < rounds; round++)
        one_round();
    put_text("paging: ");
    put_number(faults);
    put_text(" faults, ");
    put_hex(hash);
    put_text("\n");
    guest_exit(0);
}

int main(void)
{
    compressed = csr_read(misa) >> 2 & 1;
    fences = guest_parameters[1] == 0;
    for (int s = 0; s < 2; s++) {
        root[s][0] = V | R | W | A | D;                                        // devices
        root[s][2] = entry_of((void *)0x80000000UL, V | R | W | X | A | D);    // all of memory, as it is
        root[s][1] = entry_of(middle[s], V);
        middle[s][0] = entry_of(leaf[s], V);
        middle[s][1] = entry_of((void *)0x80000000UL, V | R | A | D);
        leaf[s][TABLE_PAGE] = entry_of(leaf[s], V | R | W);
        for (int c = 0; c < CODE_PAGES; c++) {
            write_code(c, (u64)(c + 1));
            leaf[s][CODE_FIRST + c] = entry_of(code[s ? CODE_PAGES - 1 - c : c], V | X);
        }
    }
    csr_write(pmpaddr0, ~0UL >> 10);
    csr_write(pmpcfg0, 0x1f);
    csr_write(medeleg, 1UL << 8 | 1UL << 12 | 1UL << 13 | 1UL << 15);
    enter_supervisor(supervisor, (8UL << 60) | ((u64)root[0] >> 12));
    return 1;
}

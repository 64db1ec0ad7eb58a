// Memory with address translation: the workload runs in supervisor mode with Sv39 on. RAM has the addresses that it has without,
// in pages of 4 KiB; devices are one page of 1 GiB. Privileged manual 12.4 has the entries.
#ifndef PAGED_H
#define PAGED_H

#define RAM       0x80000000UL
#define RAM_BYTES (128UL << 20)
#define TABLES    (RAM_BYTES >> 21)
#define ALL       0xcfUL // valid, read, write, execute, accessed, dirty
#define TABLE     0x01UL

static u64 root[512] __attribute__((aligned(4096)));
static u64 middle[512] __attribute__((aligned(4096)));
static u64 leaves[TABLES][512] __attribute__((aligned(4096)));

static u64 entry_of(u64 address, u64 flags)
{
    return address >> 12 << 10 | flags;
}

// Goes on in `entry` with translation on. It ends the run itself: there is nowhere to come back to.
static void enter_supervisor(void (*entry)(void))
{
    root[0] = entry_of(0, ALL);
    root[RAM >> 30] = entry_of((u64)middle, TABLE);
    for (u64 table = 0; table < TABLES; table++) {
        middle[table] = entry_of((u64)leaves[table], TABLE);
        for (u64 i = 0; i < 512; i++)
            leaves[table][i] = entry_of(RAM + (table << 21) + (i << 12), ALL);
    }
    csr_write(pmpaddr0, ~0UL >> 10);
    csr_write(pmpcfg0, 0x1f);
    csr_write(mepc, entry);
    csr_write(satp, 8UL << 60 | (u64)root >> 12);
    csr_clear(mstatus, 3UL << 11);
    csr_set(mstatus, 1UL << 11);
    __asm__ volatile("mret");
    __builtin_unreachable();
}
#endif

// A MIPS32 guest in both byte orders: computes, traps in and out of delay slots, takes timer interrupts. A line per part;
// exit 0 where all is as it must be. Parameter 0: anything but 0 leaves the interrupts out.
typedef unsigned char u8;
typedef unsigned int u32;

#define UART            0x10000000
#define FINISHER        0x00100000
#define CLINT_MTIMECMP  0x02004000
#define CLINT_MTIME     0x0200bff8

// Device registers are little-endian.
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define DEVICE(value) __builtin_bswap32(value)
#else
#define DEVICE(value) (value)
#endif
#define read_device(address)         DEVICE(*(volatile u32 *)(address))
#define write_device(address, value) (*(volatile u32 *)(address) = DEVICE(value))

extern volatile u32 guest_parameters[16];

static void put_text(const char *text)
{
    while (*text)
        *(volatile u8 *)UART = (u8)*text++;
}

static void put_hex(u32 value)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        *(volatile u8 *)UART = (u8)"0123456789abcdef"[(value >> shift) & 15];
}

__attribute__((used)) void guest_exit(int code)
{
    write_device(FINISHER, code ? ((u32)code << 16) | 0x3333 : 0x5555);
    for (;;)
        __asm__ volatile("wait");
}

static int failures;

static void check(const char *name, u32 value, u32 expected)
{
    put_text("board: ");
    put_text(name);
    put_text(" ");
    put_hex(value);
    put_text(value == expected ? " ok\n" : " WRONG\n");
    failures += value != expected;
}

static volatile u32 resume, causes, cause_seen, pc_seen, address_seen, ticks;

__attribute__((used)) u32 trap_handler(u32 cause, u32 pc)
{
    u32 code = cause >> 2 & 31;
    if (code == 0) {
        ticks++;
        u32 now = read_device(CLINT_MTIME);
        write_device(CLINT_MTIMECMP + 4, 0xffffffff);
        write_device(CLINT_MTIMECMP, now + 300);
        write_device(CLINT_MTIMECMP + 4, ticks < 5 ? 0 : 0xffffffff);
        return pc;
    }
    causes++;
    cause_seen = cause & 0x8000007c;
    pc_seen = pc;
    __asm__ volatile("mfc0 %0, $8" : "=r"(address_seen));
    if (!resume) {
        put_text("board: unexpected cause ");
        put_hex(cause);
        put_text(" at ");
        put_hex(pc);
        put_text("\n");
        guest_exit(1);
    }
    return resume;
}

// Runs `code`, which traps at its label 2, or in the slot of the branch there; goes on at label 1.
#define TRAP(code, input)                                                       \
    ({                                                                          \
        register u32 input_ __asm__("$8") = (u32)(input);                       \
        u32 pc_;                                                                \
        __asm__ volatile(                                                       \
            ".set push; .set noreorder; .set noat\n"                            \
            "   la   $9, 1f; sw $9, %0; la %1, 2f\n"                            \
            code "\n"                                                           \
            "1: .set pop\n"                                                     \
            : "=m"(resume), "=&r"(pc_), "+r"(input_) : : "$9", "$31", "memory"); \
        resume = 0;                                                             \
        pc_seen - pc_;                                                          \
    })

static u32 hash;

static void mix(u32 value)
{
    hash = (hash ^ value) * 16777619u;
}

static void sort(u32 *items, int count)
{
    for (int gap = count / 2; gap > 0; gap /= 2) {
        for (int i = gap; i < count; i++) {
            u32 item = items[i];
            int at = i;
            for (; at >= gap && items[at - gap] > item; at -= gap)
                items[at] = items[at - gap];
            items[at] = item;
        }
    }
}

static u32 compute(void)
{
    static u32 items[64];
    u32 seed = 1;
    hash = 2166136261u;
    for (int round = 0; round < 1; round++) {
        for (int i = 0; i < 64; i++) {
            seed = seed * 1103515245u + 12345u;
            items[i] = seed;
        }
        sort(items, 64);
        for (int i = 0; i < 64; i++)
            mix(items[i]);
        mix(seed / 1000u);
        mix((u32)((int)seed / 77));
        mix((u32)((unsigned long long)seed * hash >> 32));
    }
    return hash;
}

struct __attribute__((packed)) crooked {
    u8 first;
    u32 value;
};

static void traps(void)
{
    check("overflow at", TRAP("2: add $8, $8, $8", 0x7fffffff), 0);
    check("overflow", cause_seen, 12 << 2);
    check("system call in a slot at", TRAP("2: b 3f; syscall; nop; 3: nop", 0), 0);
    check("system call in a slot", cause_seen, 0x80000000 | 8 << 2);
    check("breakpoint behind a likely branch", TRAP("bnel $8, $8, 3f; break; 2: break; nop; 3: nop", 0), 0);
    check("breakpoint", cause_seen, 9 << 2);
    check("misaligned load at", TRAP("2: lw $8, 2($8)", (u32)&hash), 0);
    check("misaligned load", cause_seen, 4 << 2);
    check("misaligned load of", address_seen - (u32)&hash, 2);
    check("misaligned store in a slot at", TRAP("2: beq $8, $9, 3f; sw $8, 1($8); 3: nop", (u32)&hash), 0);
    check("misaligned store in a slot", cause_seen, 0x80000000 | 5 << 2);
    check("branch in a slot at", TRAP("2: b 3f; b 3f; 3: nop", 0), 0);
    check("branch in a slot", cause_seen, 0x80000000 | 10 << 2);
    check("trap on a condition", (TRAP("2: tne $8, $0", 7), cause_seen), 13 << 2);
    check("no second coprocessor", (TRAP("2: .word 0x48000000", 7), cause_seen), 11 << 2);
    check("nothing there", (TRAP("2: lw $8, 0($8)", 0x70000000), cause_seen), 7 << 2);
    check("no instruction", (TRAP("2: .word 0xffffffff", 0), cause_seen), 10 << 2);
    check("traps", causes, 10);
}

static void memory(void)
{
    static struct crooked item;
    item.value = 0x12345678;
    check("a word across a boundary", item.value, 0x12345678);
    check("its first byte", *(volatile u8 *)&item.value, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 0x12 : 0x78);
    volatile u32 counter = 5;
    for (int i = 0; i < 10; i++)
        __atomic_fetch_add(&counter, 3, __ATOMIC_SEQ_CST);
    check("atomic additions", counter, 35);
}

static void interrupts(void)
{
    u32 status;
    write_device(CLINT_MTIMECMP + 4, 0xffffffff);
    write_device(CLINT_MTIMECMP, read_device(CLINT_MTIME) + 300);
    write_device(CLINT_MTIMECMP + 4, 0);
    __asm__ volatile("mfc0 %0, $12" : "=r"(status));
    __asm__ volatile("mtc0 %0, $12" : : "r"(status | 1 << 14)); // line 6, not yet enabled
    while (ticks < 5)
        __asm__ volatile("wait; ei; di" : : : "memory");
    check("ticks", ticks, 5);
}

int main(void)
{
    put_text(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? "board: big-endian\n" : "board: little-endian\n");
    u32 first = compute();
    check("computed twice", compute() ^ first, 0);
    memory();
    traps();
    if (!guest_parameters[0] && !guest_parameters[1])
        interrupts();
    put_text(failures ? "board: failed\n" : "board: done\n");
    return failures ? 1 : 0;
}

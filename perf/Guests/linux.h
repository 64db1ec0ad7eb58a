// A guest's Linux program without a library: the little that workload.h needs of guest.h, by system calls.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

int main(void);

static inline long system_call(long number, long a, long b, long c)
{
    register long a7 __asm__("a7") = number, a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
    return a0;
}

// As in a bare-metal guest: eight words at entry + 8, where 0 means the program's default.
extern volatile u64 guest_parameters[8];

static inline u64 parameter(int index, u64 otherwise)
{
    u64 value = guest_parameters[index];
    return value ? value : otherwise;
}

static inline void put_text(const char *text)
{
    long length = 0;
    while (text[length])
        length++;
    system_call(64, 1, (long)text, length); // write
}

static inline void put_hex(u64 value)
{
    char digits[17] = { 0 };
    for (int i = 0; i < 16; i++)
        digits[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
    put_text(digits);
}

__attribute__((noreturn, used)) static void start(void)
{
    system_call(94, main(), 0, 0); // exit_group
    __builtin_unreachable();
}

__asm__(".balign 8\n.globl _start\n_start:\nj 1f\n"
        ".balign 8\n.globl guest_parameters\nguest_parameters:\n.fill 8, 8, 0\n"
        "1:\n.option push\n.option norelax\nla gp, __global_pointer$\n.option pop\ncall start");

// Ends itself in the way that its argument says.
#include "system.h"

static void signal_self(int signal)
{
#ifdef __NR_getxpid
    sword process = sys(getxpid);
#else
    sword process = sys(getpid);
#endif
    sword thread = sys(gettid);
    sys(tgkill, process, thread, signal);
}

int program(int argc, char **argv, char **envp)
{
    (void)envp;
    volatile int *volatile nowhere = (volatile int *)16;
    say("before", argc);
    switch (argc > 1 ? argv[1][0] : 0) {
    case 'r': return *nowhere;
    case 'w': *nowhere = 1; break;
    case 'j': ((void (*)(void))nowhere)(); break;
    case 'i':
#if defined(__riscv)
        __asm__ volatile(".word 0");
#elif defined(__alpha__)
        __asm__ volatile(".long 0x1c000000");
#else
        __asm__ volatile(".word 0x70000028");
#endif
        break;
    case 'a': signal_self(6); break;
    case 'f': return sys(clone, 17, 0, 0, 0, 0) == -ENOSYS ? 38 : 1;
    }
    return 0;
}

// What programs with floating point need beside workload.h: the guest's unit switched on, bits of a number. Sums aren't
// contracted and roots set no errno, so that guest and native program round alike.
#ifndef FLOATING_H
#define FLOATING_H
#include "workload.h"

static inline void enable_floating(void)
{
#ifdef PAGED
    csr_set(sstatus, 0x6000); // FS, Privileged manual 3.1.6.6
#elif !defined(NATIVE) && !defined(LINUX)
    csr_set(mstatus, 0x6000);
#endif
}

static inline u64 bits_of(double value)
{
    u64 bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    return bits;
}
#endif

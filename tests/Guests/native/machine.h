// The made-up machine of machine.c, in the shape that guest.h gives the real one. Registers of a processor that the
// guests don't use are left out. Included by guest.h where GUEST_NATIVE is defined.
#ifndef MACHINE_H
#define MACHINE_H

u64 machine_read(u64 address, int bytes);
void machine_write(u64 address, int bytes, u64 value);
void machine_csr(const char *name, u64 clear, u64 set);
void machine_wait(void);

#define read32(address)         ((u32)machine_read(address, 4))
#define read64(address)         machine_read(address, 8)
#define write8(address, value)  machine_write(address, 1, (u8)(value))
#define write32(address, value) machine_write(address, 4, (u32)(value))
#define write64(address, value) machine_write(address, 8, (u64)(value))
#define csr_set(name, bits)     machine_csr(#name, 0, bits)
#define csr_clear(name, bits)   machine_csr(#name, bits, 0)
#define wait_for_interrupt()    machine_wait()

#endif

# Entry, parameter block and trap entry shared by every guest except libc.

    .section .text.start, "ax"
    .globl  _start
_start:
    j       1f

# The loader writes the run's parameters here, at entry + 8; a word left 0 means the guest's default.
    .balign 8
    .globl  guest_parameters
guest_parameters:
    .fill   8, 8, 0

1:  la      sp, stack_top
    la      t0, bss_start
    la      t1, bss_end
2:  bgeu    t0, t1, 3f              # memory is not promised to be zero, so clear what C expects to be
    sd      zero, 0(t0)
    addi    t0, t0, 8
    j       2b
3:  la      t0, trap_entry
    csrw    mtvec, t0
    call    main
    call    guest_exit              # main's result is the exit code
4:  wfi                             # the finisher ends the run; stay harmless until it has
    j       4b

# Saves what a C function may change, calls trap_handler(mcause, mepc), resumes at the address it returns.
    .balign 4
    .globl  trap_entry
trap_entry:
    addi    sp, sp, -128
    sd      ra, 0(sp)
    sd      t0, 8(sp)
    sd      t1, 16(sp)
    sd      t2, 24(sp)
    sd      t3, 32(sp)
    sd      t4, 40(sp)
    sd      t5, 48(sp)
    sd      t6, 56(sp)
    sd      a0, 64(sp)
    sd      a1, 72(sp)
    sd      a2, 80(sp)
    sd      a3, 88(sp)
    sd      a4, 96(sp)
    sd      a5, 104(sp)
    sd      a6, 112(sp)
    sd      a7, 120(sp)
    csrr    a0, mcause
    csrr    a1, mepc
    call    trap_handler
    csrw    mepc, a0
    ld      ra, 0(sp)
    ld      t0, 8(sp)
    ld      t1, 16(sp)
    ld      t2, 24(sp)
    ld      t3, 32(sp)
    ld      t4, 40(sp)
    ld      t5, 48(sp)
    ld      t6, 56(sp)
    ld      a0, 64(sp)
    ld      a1, 72(sp)
    ld      a2, 80(sp)
    ld      a3, 88(sp)
    ld      a4, 96(sp)
    ld      a5, 104(sp)
    ld      a6, 112(sp)
    ld      a7, 120(sp)
    addi    sp, sp, 128
    mret

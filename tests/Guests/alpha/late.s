# A program whose instructions overflow all the time, and a kernel whose handler reads which registers and classes of
# traps it is told of. Every line on the console is one delivery: the exception summary (V2), the register write mask (V1),
# the iteration and the ticks of the clock that it found. Were a trap delivered elsewhere, or told in two parts, the text
# would differ. Parameters: iterations, microseconds between ticks (0: no clock).

        .equ    FINISHER, 0x70000000
        .equ    CLOCK, 0x70100000
        .equ    CONSOLE, 0x70200000

_start: br      start
        unop
parameters:
        .quad   60, 40, 0, 0, 0, 0, 0, 0

start:  la      sp, kernel_stack
        la      a0, on_interrupt
        lda     a1, 0(zero)
        wrent
        la      a0, on_overflow
        lda     a1, 1(zero)
        wrent
        la      a0, on_call
        lda     a1, 5(zero)
        wrent
        la      a0, user_stack
        wrusp
        clr     s5                      # checksum of all deliveries
        clr     s4                      # deliveries
        clr     s3                      # ticks
        bsr     ra, set_clock
        lda     sp, -48(sp)
        lda     t0, 8(zero)             # user mode
        stq     t0, 0(sp)
        la      t0, program
        stq     t0, 8(sp)
        rti

# ---- the program ----
program:
        la      t0, parameters
        ldq     s0, 0(t0)
        clr     s1                      # iteration
        ldiq    s2, 0x123456789abcdef1
loop:   ldiq    t9, 6364136223846793005
        mulq    s2, t9, s2
        ldiq    t9, 1442695040888963407
        addq    s2, t9, s2
        srl     s2, 33, t8
        and     t8, 3, t9               # which registers overflow
        beq     t9, 1f
        mulq/v  s2, s2, t1
        blbc    t9, 2f
        addl/v  s2, s2, t2
        br      3f
1:      subq/v  s2, t8, t3
        subl/v  s2, t8, t4
2:      mull/v  s2, t8, t5
3:      and     t8, 0x1c, t9            # one in eight drains
        bne     t9, 4f
        trapb
4:      and     t8, 0x60, t9            # one in four goes to the monitor and comes back
        bne     t9, 5f
        rdunique
5:      srl     t8, 7, t9
        and     t9, 15, t9              # one in sixteen calls the kernel
        bne     t9, 6f
        clr     v0
        callsys
6:      addq/v  t8, s2, t6
        lda     s1, 1(s1)
        cmpult  s1, s0, t9
        bne     t9, loop
        excb
        lda     v0, 1(zero)
        callsys

# ---- the kernel ----
on_overflow:
        lda     sp, -64(sp)
        stq     t0, 0(sp)
        stq     t1, 8(sp)
        stq     t2, 16(sp)
        stq     ra, 24(sp)
        stq     t3, 32(sp)
        lda     s4, 1(s4)
        mulq    s5, 31, s5
        addq    s5, a0, s5
        mulq    s5, 31, s5
        addq    s5, a1, s5
        mulq    s5, 31, s5
        addq    s5, s1, s5
        mov     a0, t0
        bsr     ra, put_hex
        mov     a1, t0
        bsr     ra, put_hex
        mov     s1, t0
        bsr     ra, put_hex
        mov     s3, t0
        bsr     ra, put_hex
        lda     t0, 10(zero)
        bsr     ra, put_byte
        ldq     t0, 0(sp)
        ldq     t1, 8(sp)
        ldq     t2, 16(sp)
        ldq     ra, 24(sp)
        ldq     t3, 32(sp)
        lda     sp, 64(sp)
        rti

on_interrupt:
        lda     sp, -32(sp)
        stq     t0, 0(sp)
        stq     t1, 8(sp)
        stq     ra, 16(sp)
        lda     s3, 1(s3)
        bsr     ra, set_clock
        ldq     t0, 0(sp)
        ldq     t1, 8(sp)
        ldq     ra, 16(sp)
        lda     sp, 32(sp)
        rti

on_call:
        bne     v0, 1f
        retsys
1:      mov     s4, t0
        bsr     ra, put_hex
        mov     s5, t0
        bsr     ra, put_hex
        lda     t0, 10(zero)
        bsr     ra, put_byte
        ldiq    t0, FINISHER
        ldiq    t1, 0x5555
        stl     t1, 0(t0)
        halt

# The compare register at now and so many microseconds; uses t0 and t1.
set_clock:
        la      t0, parameters
        ldq     t0, 8(t0)
        beq     t0, 1f
        s4addq  t0, t0, t0              # ten ticks of 100 ns
        addq    t0, t0, t0
        ldiq    t1, CLOCK + 0xbff8
        ldq     t1, 0(t1)
        addq    t0, t1, t1
        ldiq    t0, CLOCK + 0x4000
        stq     t1, 0(t0)
1:      ret

# t0 in hexadecimal without leading zeros, and a blank; uses t0 to t3.
put_hex:
        mov     ra, t3
        lda     t2, 60(zero)
1:      srl     t0, t2, t1
        bne     t1, 2f
        beq     t2, 2f
        lda     t2, -4(t2)
        br      1b
2:      srl     t0, t2, t1
        and     t1, 15, t1
        cmplt   t1, 10, ra
        bne     ra, 3f
        lda     t1, 39(t1)
3:      lda     t1, 48(t1)
        ldiq    ra, CONSOLE
        stb     t1, 0(ra)
        lda     t2, -4(t2)
        bge     t2, 2b
        lda     t1, 32(zero)
        stb     t1, 0(ra)
        ret     (t3)

put_byte:
        mov     ra, t3
        ldiq    ra, CONSOLE
        stb     t0, 0(ra)
        ret     (t3)

        .bss
        .balign 16
        .zero   4096
kernel_stack:
        .zero   4096
user_stack:

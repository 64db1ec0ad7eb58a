# A Linux program: its argument, a letter, says which arithmetic it does. What traps ends it by SIGFPE, what doesn't, with
# exit code 3. It stands where programs do: assemble it with --org 0x120000000.

        .equ    EXIT, 1
        .equ    GETSYSINFO, 256
        .equ    SETSYSINFO, 257

_start: ldq     t0, 16(sp)              # the first argument
        ldq_u   t1, 0(t0)
        extbl   t1, t0, t1
        subq    t1, 97, t1              # 'a' is 0
        cmpult  t1, 20, t2
        beq     t2, unknown
        br      t2, 1f
1:      sll     t1, 6, t1               # each has 64 bytes
        addq    t2, t1, t2
        lda     t2, cases - 1b(t2)
        lda     t4, 1(zero)
        itoft   t4, f10                 # the smallest denormal number
        cvtqt   f10, f11                # 1.0
        ldiq    t3, 0x43f
        sll     t3, 52, t3
        itoft   t3, f12                 # 2^64
        ldiq    t5, 0x7fffffffffffffff
        ldiq    t6, 0x7fffffff
        ldiq    t3, 0x7ff
        sll     t3, 52, t3
        itoft   t3, f13                 # infinity
        ldiq    t3, 0x7fe
        sll     t3, 52, t3
        itoft   t3, f14                 # a number whose double is none
        ldiq    t3, 1
        sll     t3, 52, t3
        itoft   t3, f15                 # the smallest number that isn't denormal
        jmp     (t2)

unknown: lda    a0, 2(zero)
        br      leave
done:   trapb
        lda     a0, 3(zero)
leave:  lda     v0, EXIT(zero)
        callsys

# Lets the system tell of the traps in a0 (2 invalid, 4 by zero, 8 overflow, 16 underflow, 32 inexact); goes back to ra.
want:   lda     sp, -16(sp)
        stq     a0, 0(sp)
        mov     sp, a1
        lda     a0, 14(zero)
        lda     v0, SETSYSINFO(zero)
        callsys
        bne     a3, unknown
        ldq     t0, 0(sp)
        clr     t1
        stq     t1, 0(sp)
        lda     a0, 45(zero)
        mov     sp, a1
        lda     v0, GETSYSINFO(zero)
        callsys
        bne     a3, unknown
        ldq     t1, 0(sp)               # it reads back
        cmpeq   t0, t1, t1
        beq     t1, unknown
        lda     sp, 16(sp)
        ret

        .balign 64
cases:  divt    f11, f31, f0            # a: 1 / 0
        br      done
        .balign 64
        divt/su f11, f31, f0            # b: the same, completed in software
        br      done
        .balign 64
        addq/v  t5, 1, t7               # c
        br      done
        .balign 64
        addl/v  t6, 1, t7               # d
        br      done
        .balign 64
        cvttq/v f12, f0                 # e: 2^64
        br      done
        .balign 64
        cvttq/sv f12, f0                # f
        br      done
        .balign 64
        mt_fpcr f31                     # g: the control register disables nothing
        divt/su f11, f31, f0
        br      done
        .balign 64
        addt    f10, f10, f0            # h: a denormal operand
        br      done
        .balign 64
        addt/su f10, f10, f0            # i
        br      done
        .balign 64
        divt    f31, f31, f0            # j: 0 / 0
        br      done
        .balign 64
        divt/su f31, f31, f0            # k
        br      done
        .balign 64
        lda     a0, 4(zero)             # l: 1 / 0, which the program wants to be told of
        bsr     ra, want
        divt/su f11, f31, f0
        br      done
        .balign 64
        lda     a0, 2(zero)             # m: 1 / 0, where it wants to be told of invalid operations alone
        bsr     ra, want
        divt/su f11, f31, f0
        br      done
        .balign 64
        lda     a0, 32(zero)            # n: 2^64 + 1, inexact
        bsr     ra, want
        addt/sui f12, f11, f0
        br      done
        .balign 64
        lda     a0, 32(zero)            # o: the same by an instruction that doesn't ask
        bsr     ra, want
        addt/su f12, f11, f0
        br      done
        .balign 64
        addt    f13, f11, f0            # p: infinity + 1
        br      done
        .balign 64
        addt    f14, f14, f0            # q: overflow
        br      done
        .balign 64
        mult/u  f15, f15, f0            # r: underflow, asked for
        br      done
        .balign 64
        mult    f15, f15, f0            # s: underflow, not asked for
        br      done
        .balign 64
        mulq/v  t5, t5, t7              # t
        br      done

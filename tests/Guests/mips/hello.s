# The smallest guest of the machine 'mips': one line, exit 0. Assemble it with --isa mips32el --org 0x80001000: the exception
# vectors are below. Behind each branch stands what its slot does.

        .equ    FINISHER, 0x00100000
        .equ    PASS, 0x5555
        .equ    CONSOLE, 0x10000000

_start: la      t0, text
        li      t1, CONSOLE
        lbu     t2, 0(t0)
1:      sb      t2, 0(t1)
        addiu   t0, t0, 1
        lbu     t2, 0(t0)
        bne     t2, zero, 1b
        nop
        li      t1, FINISHER
        li      t2, PASS
        sw      t2, 0(t1)
2:      b       2b
        nop

        .data
text:   .asciz  "hello from the guest\n"

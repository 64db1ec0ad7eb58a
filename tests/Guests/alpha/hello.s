# The smallest guest of the machine 'alpha': one line, exit 0. Assemble it with --isa alpha --org 0x10000000.

        .equ    FINISHER, 0x70000000
        .equ    PASS, 0x5555
        .equ    CONSOLE, 0x70200000

_start: la      t0, text
        ldiq    t1, CONSOLE
1:      ldbu    t2, 0(t0)
        beq     t2, 2f
        stb     t2, 0(t1)
        lda     t0, 1(t0)
        br      1b
2:      ldiq    t1, FINISHER
        ldiq    t2, PASS
        stl     t2, 0(t1)
        halt

        .data
text:   .asciz  "hello from the guest\n"

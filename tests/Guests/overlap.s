# Behind pages.s, for a variant with instructions of 16 bits: a loop that is entered at an instruction of 32 bits and in the middle
# of it, where c.nop stands, so that its load belongs to two blocks.
supervisor:
    ecall
    li      s0, 0x40000000
    li      s5, 3000
    li      t1, 0
    li      s6, 0
    j       head
    .balign 64
head:
    .word   0x00010593
    ld      t0, 0(s0)
    add     a0, a0, t0
    addi    s6, s6, 1
    addi    s5, s5, -1
    beqz    s5, end
    andi    t1, s6, 3
    beqz    t1, head
    j       head+2

# Behind pages.s: one frame at two pages, the second of which is a constant away from the first. What is stored to the one is loaded
# from the other.
supervisor:
    ecall
    li      t1, 0x20081cc7          # the second page has the frame of the first one, and all rights
    li      t2, 0x80102008
    sd      t1, 0(t2)
    sfence.vma
    li      s0, 0x40000000
    li      s2, 0x5deece66d
    li      a2, 1
    li      s11, 20000
round:
    mul     a2, a2, s2
    addi    a2, a2, 11
    not     a3, a2
    addi    a1, s0, 2047
    addi    a1, a1, 2047
    addi    a1, a1, 2               # a page further
    sd      a2, 8(s0)
    sd      a3, 8(a1)
    ld      a4, 8(s0)
    add     s6, s6, a4
    sw      a2, 8(a1)
    lw      a4, 8(s0)
    xor     s6, s6, a4
    addi    s11, s11, -1
    bnez    s11, round
    j       end

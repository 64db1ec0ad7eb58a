# Behind pages.s: a loop that loads from a page for a while before it stores to it. The store must fault though the page is known
# from the loads.
supervisor:
    li      s11, 30
round:
    ecall
    li      s0, 0x40000000
    li      s2, 0x40007f00
seldom:                             # a page is loaded from for a while before it is stored to
    ld      t0, 0(s0)
    addi    s6, s6, 1
    andi    t1, s6, 31
    bnez    t1, skip
    sd      s6, 8(s0)
skip:
    addi    s0, s0, 32
    bltu    s0, s2, seldom
    addi    s11, s11, -1
    bnez    s11, round
    j       end

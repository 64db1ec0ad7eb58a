# Behind pages.s: chains of loads that lead from page to page, whose frames lie in reverse order: no page is as far away from its frame
# as another.
supervisor:
    ecall
    li      s0, 0x40000000
    li      s1, 0x8000
    li      s2, 0x5deece66d
    li      a0, 0
    li      a1, 11
fill:                               # each word: an offset of another one
    mul     a1, a1, s2
    addi    a1, a1, 11
    srli    a2, a1, 17
    li      a3, 0x7ff0
    and     a2, a2, a3
    add     a3, s0, a0
    sd      a2, 0(a3)
    sd      a1, 8(a3)
    addi    a0, a0, 16
    bltu    a0, s1, fill
    li      s11, 40
round:
    li      s10, 2000
    slli    a0, s11, 4
chase:
    add     a1, s0, a0
    ld      a2, 8(a1)
    ld      a0, 0(a1)
    add     s6, s6, a2
    slli    a3, s10, 4
    andi    a3, a3, 2032
    xor     a0, a0, a3
    addi    s10, s10, -1
    bnez    s10, chase
    addi    s11, s11, -1
    bnez    s11, round
    j       end

# Behind pages.s: loops that go through pages. What a loop remembers of the page it last came to must be of that page.
supervisor:
    li      s11, 4
round:
    ecall
    li      s0, 0x40000000
    li      s2, 0x40007f00
inplace:                            # loads first, stores of the same group then
    ld      t0, 0(s0)
    add     t0, t0, s0
    sd      t0, 0(s0)
    ld      t1, 8(s0)
    xor     a0, a0, t1
    sd      a0, 8(s0)
    addi    s0, s0, 24
    bltu    s0, s2, inplace
    li      s0, 0x40000001
    li      s1, 0x40007ff3
misaligned:                         # upwards and downwards, over the ends of pages
    lw      t0, 0(s0)
    add     a0, a0, t0
    sw      a0, 0(s1)
    lhu     t0, 0(s1)
    add     a0, a0, t0
    addi    s0, s0, 23
    addi    s1, s1, -23
    bltu    s0, s2, misaligned
    ecall
    li      s0, 0x40000000
    li      s3, 0x40001000
    li      s4, 4104
    li      s5, 2500
wandering:                          # another page each time
    ld      t0, 0(s0)
    add     a0, a0, t0
    sd      a0, 0(s3)
    add     s0, s0, s4
    neg     s4, s4
    addi    s5, s5, -1
    bnez    s5, wandering
    ecall
    li      s0, 0x40000000
    li      s5, 500
small:                              # a table of two pages, at places that data choose
    srli    t0, a0, 52
    add     t0, t0, s0
    lbu     t1, 16(t0)
    add     a0, a0, t1
    slli    t1, a0, 13
    xor     a0, a0, t1
    sb      a0, 16(t0)
    addi    s5, s5, -1
    bnez    s5, small
    addi    s11, s11, -1
    bnez    s11, round
    j       end

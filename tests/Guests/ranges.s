# Behind pages.s: 32 pages at 0x40040000 whose frames lie in the order of their addresses, so that they are one range; behind them one
# that was never accessed, one that may not be written, and four more in order. A loop comes to another of them at each turn, while
# what they mean changes.
supervisor:
    li      s11, 3
round:
    li      s0, 0x80102200          # the table's entry for 0x40040000
    li      t0, 0x200c00c7          # the frame at 0x80300000: valid, read, write, accessed, dirty
    li      t1, 38
map:
    sd      t0, 0(s0)
    addi    s0, s0, 8
    addi    t0, t0, 1024
    addi    t1, t1, -1
    bnez    t1, map
    li      s0, 0x80102300          # that of the page behind the range
    li      t0, 0x200c8007          # not accessed
    sd      t0, 0(s0)
    li      t0, 0x200c8443          # read only
    sd      t0, 8(s0)
    li      a2, 32
    call    steps
    ld      t0, 0(s0)               # nobody was there
    add     a0, a0, t0

    li      s1, 0x80102280          # one in the middle can't be written any more, nor the one behind it read
    ld      t0, 0(s1)
    andi    t0, t0, -133
    sd      t0, 0(s1)
    sd      zero, 8(s1)
    li      a2, 15
    call    steps
    li      a2, 17                  # with the first one
    call    steps
    ld      t0, 8(s1)
    add     a0, a0, t0
    li      t0, 0x200c4443          # until now
    sd      t0, 8(s1)
    li      a2, 32
    call    steps
    li      s1, 0x80102208          # two pages change their frames
    ld      t0, 0(s1)
    ld      t1, 64(s1)
    sd      t1, 0(s1)
    sd      t0, 64(s1)
    li      a2, 32
    call    steps

    li      s3, 0x4005fff8          # the end of the range, and over it
    ld      t0, 0(s3)
    add     a0, a0, t0
    addi    s3, s3, 5
    ld      t0, 0(s3)
    add     a0, a0, t0
    ld      t0, 0(s0)               # that was an access
    add     a0, a0, t0
    li      a2, 38
    call    steps

    li      s3, 0x80f00000          # a page of 1 GiB, of which there is less memory
    li      s4, 0x3ff0
    li      s5, 1500
large:
    add     t0, s3, s4
    ld      t1, 0(t0)
    add     a0, a0, t1
    sd      a0, 8(t0)
    xori    s4, s4, 0x55
    slli    s4, s4, 3
    li      t0, 0xffff0
    and     s4, s4, t0
    addi    s5, s5, -1
    bnez    s5, large
    li      s3, 0x80ffffe0          # its end: what begins in it and reaches over faults as what begins behind
    li      s5, 48
over:
    lw      t1, 0(s3)
    add     a0, a0, t1
    sw      a0, 0(s3)
    addi    s3, s3, 1
    addi    s5, s5, -1
    bnez    s5, over
    addi    s11, s11, -1
    bnez    s11, round
    j       end

steps:                              # through the first a2 pages, 2,500 times
    li      s5, 2500
    li      s6, 0
step:
    li      t0, 0x40040000
    slli    t1, s6, 12
    add     t0, t0, t1
    slli    t1, s5, 52              # some word of the page
    srli    t1, t1, 52
    andi    t1, t1, -8
    add     t0, t0, t1
    ld      t1, 0(t0)
    add     a0, a0, t1
    xor     a0, a0, s5
    sd      a0, 0(t0)
    addi    s6, s6, 7
    remu    s6, s6, a2
    addi    s5, s5, -1
    bnez    s5, step
    ret

# Accesses across the end of a page, where the next one has another frame, at an address where the bits of a page's number that
# choose its place in a table change from all ones. Supervisor mode, Sv39; for --isa rv64ims_zicsr_zifencei.
_start:
    li      t0, 0x80100000          # root
    li      t1, 0xcf
    sd      t1, 0(t0)               # devices
    li      t1, 0x20040401          # 0x40000000: a table
    sd      t1, 8(t0)
    li      t1, 0x200000cf          # memory, as it is
    sd      t1, 16(t0)
    li      t0, 0x80101000          # tables of the last pages below 0x44000000 and of the first ones from there on
    li      t1, 0x20040801
    sd      t1, 248(t0)
    li      t1, 0x20040c01
    sd      t1, 256(t0)
    li      t0, 0x80102ff8          # the last page below is the one at 0x80200000
    li      t1, 0x200800cf
    sd      t1, 0(t0)
    li      t0, 0x80103000          # the first one is that at 0x80300000
    li      t1, 0x200c00cf
    sd      t1, 0(t0)
    li      t0, 0x80201000          # the ends of both frames, and of the one below the second
    li      t1, 0x80300000
    li      t2, 0x1111111111111111
    li      t3, 0x2222222222222222
    li      t4, 0x4444444444444444
    li      t5, 8
fill:
    addi    t0, t0, -8
    sd      t2, 0(t0)
    sd      t3, 0(t1)
    addi    t1, t1, 8
    addi    t5, t5, -1
    bnez    t5, fill
    li      t1, 0x80300000
    sd      t4, -8(t1)
    sd      t4, -16(t1)
    li      t0, -1
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    la      t0, supervisor
    csrw    mepc, t0
    li      t0, 8
    slli    t0, t0, 60
    li      t1, 0x80100
    or      t0, t0, t1
    csrw    satp, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x800
    csrs    mstatus, t0
    mret

supervisor:
    li      s0, 0x44000000
    li      s1, 600
loop:
    ld      t0, 0(s0)               # the upper page is remembered now
    add     a0, a0, t0
    ld      t0, -4(s0)              # half of it lies in each
    add     a0, a0, t0
    addi    s2, s0, 16
    addi    s2, s2, -16
    ld      t0, 8(s2)               # one pointer, both pages
    ld      t1, -24(s2)
    xor     a0, a0, t0
    add     a0, a0, t1
    sd      a0, 24(s2)
    sd      a0, -20(s2)
    sw      a0, -2(s2)
    addi    s1, s1, -1
    bnez    s1, loop
    li      t0, 0x100000
    li      t1, 0x5555
    sw      t1, 0(t0)
stop:
    j       stop

# Stands before other sources, which begin at `supervisor` and end at `end`: Sv39 with eight pages at 0x40000000, whose frames lie in
# reverse order. None of them may be used but after a fault for each kind of access; ecall takes the rights back.
_start:
    la      t0, fault
    csrw    mtvec, t0
    li      t0, 0x80100000          # root
    li      t1, 0xcf
    sd      t1, 0(t0)               # devices
    li      t1, 0x20040401          # 0x40000000: a table
    sd      t1, 8(t0)
    li      t1, 0x200000cf          # memory, as it is
    sd      t1, 16(t0)
    li      t0, 0x80101000
    li      t1, 0x20040801
    sd      t1, 0(t0)
    call    revoke
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

revoke:                             # eight pages at 0x40000000, none of them valid
    li      t0, 0x80102000
    li      t1, 0x20081c00          # the frame at 0x80207000, and down from there
    li      t2, 8
next:
    sd      t1, 0(t0)
    addi    t0, t0, 8
    addi    t1, t1, -1024
    addi    t2, t2, -1
    bnez    t2, next
    sfence.vma
    ret

fault:                              # gives the page the right that was missing
    csrr    t3, mcause
    addi    t3, t3, -9
    beqz    t3, call
    addi    t3, t3, -4
    li      t4, -1
    blt     t3, t4, nothing
    li      t4, 0x43
    beqz    t3, grant
    li      t4, 0xc7
grant:
    csrr    t3, mtval
    srli    t3, t3, 12
    andi    t3, t3, 511
    slli    t3, t3, 3
    li      t5, 0x80102000
    add     t3, t3, t5
    ld      t5, 0(t3)
    or      t5, t5, t4
    sd      t5, 0(t3)
    sfence.vma
    mret
nothing:                            # where there is no memory
    csrr    t3, mepc
    addi    t3, t3, 4
    csrw    mepc, t3
    mret
call:
    call    revoke
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    mret

end:                                # of the run
    li      t0, 0x100000
    li      t1, 0x5555
    sw      t1, 0(t0)
stop:
    j       stop

# Exception vector, entry and exception entry of the MIPS guest. Everything is .set noreorder: what stands behind a branch
# is in its slot.
    .set    noreorder
    .set    noat

    .section .vector, "ax"
    j       exception
     nop

    .section .text.start, "ax"
    .globl  _start
_start:
    b       1f
     nop

# The loader writes the run's parameters here, at entry + 8, least significant byte first; 0 means the default.
    .globl  guest_parameters
guest_parameters:
    .fill   16, 4, 0

1:  la      $sp, stack_top
    la      $t0, bss_start
    la      $t1, bss_end
2:  beq     $t0, $t1, 3f
     nop
    b       2b
     addiu  $t0, $t0, 4                 # memory is zero already: this only counts
3:  jal     main
     addiu  $sp, $sp, -32
    jal     guest_exit
     move   $a0, $v0
4:  b       4b
     wait

# Saves what a C function may change, calls trap_handler(cause, epc), resumes at the address it returns.
    .text
exception:
    addiu   $sp, $sp, -160
    sw      $at, 32($sp)
    sw      $v0, 36($sp)
    sw      $v1, 40($sp)
    sw      $a0, 44($sp)
    sw      $a1, 48($sp)
    sw      $a2, 52($sp)
    sw      $a3, 56($sp)
    sw      $t0, 60($sp)
    sw      $t1, 64($sp)
    sw      $t2, 68($sp)
    sw      $t3, 72($sp)
    sw      $t4, 76($sp)
    sw      $t5, 80($sp)
    sw      $t6, 84($sp)
    sw      $t7, 88($sp)
    sw      $t8, 92($sp)
    sw      $t9, 96($sp)
    sw      $ra, 100($sp)
    mfhi    $t0
    mflo    $t1
    sw      $t0, 104($sp)
    sw      $t1, 108($sp)
    mfc0    $a0, $13
    jal     trap_handler
     mfc0   $a1, $14                    # the monitor's instruction in the slot of the call
    mtc0    $v0, $14
    lw      $t0, 104($sp)
    lw      $t1, 108($sp)
    mthi    $t0
    mtlo    $t1
    lw      $at, 32($sp)
    lw      $v0, 36($sp)
    lw      $v1, 40($sp)
    lw      $a0, 44($sp)
    lw      $a1, 48($sp)
    lw      $a2, 52($sp)
    lw      $a3, 56($sp)
    lw      $t0, 60($sp)
    lw      $t1, 64($sp)
    lw      $t2, 68($sp)
    lw      $t3, 72($sp)
    lw      $t4, 76($sp)
    lw      $t5, 80($sp)
    lw      $t6, 84($sp)
    lw      $t7, 88($sp)
    lw      $t8, 92($sp)
    lw      $t9, 96($sp)
    lw      $ra, 100($sp)
    addiu   $sp, $sp, 160
    eret

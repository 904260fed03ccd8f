/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The program that accel.c has QEMU run as firmware, to see whether an x86 accelerator carries a kernel.
 *
 * It writes one letter for each thing that worked to the debug port (0xe9) and ends through isa-debug-exit (0xf4).
 * Letters, in order; accel.c has a word for each:
 *   L  64-bit code runs in ring 0 behind its own page tables
 *   I  an interrupt table is loaded, and read back as it was written
 *   U  an exception (invalid opcode) arrives and returns
 *   F  the interrupt flag is what sti and cli say
 *   M  model specific registers keep what is written, swapgs swaps
 *   P  a page fault arrives with its address
 *   T  the local APIC's timer wakes a HLT, ten times
 *   R  a task register is loaded
 *   Y  ring 3 runs, a system call arrives and returns
 *   X  an interrupt instruction of ring 3 switches the stack and arrives
 *   N  40 million turns of a loop ended: code runs on the processor, not in an emulator
 * Loaded at 0xf0000; accel.c puts the jump at the reset vector. Memory: tables from 0x1000, stack below 0x7000. */
#ifdef __x86_64__
#define AT(label) (0xf0000 + ((label) - accel_image))
#define IDT 0x8000
#define GDT 0x7e00
#define TSS 0x5000

    .section .rodata
    .globl accel_image, accel_image_end
    .hidden accel_image, accel_image_end

    .macro mark letter
    movb $\letter, %al
    outb %al, $0xe9
    .endm

    .macro gate vector, label
    movl $AT(\label), %eax
    movl $(IDT + \vector * 16), %edi
    call set_gate
    .endm

    .code16
accel_image:
    cli
    lgdtl %cs:(gdt_pointer - accel_image)
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $0x08, $AT(protected)

    .code32
protected:
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0x7000, %esp
    cld
    movl $0x1000, %edi
    xorl %eax, %eax
    movl $(0x8000 / 4), %ecx
    rep stosl
    movl $0x2007, 0x1000            /* level 4 -> 3 -> 2: the first 2 MiB */
    movl $0x3007, 0x2000
    movl $0x0087, 0x3000
    movl $0x4007, 0x2018            /* and the local APIC's page, not cached */
    movl $0xfee0009f, 0x4fb8
    movl %cr4, %eax
    orl $0x620, %eax                /* PAE, OSFXSR, OSXMMEXCPT */
    movl %eax, %cr4
    movl $0x1000, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x101, %eax                /* EFER: LME, SCE */
    wrmsr
    movl %cr0, %eax
    orl $0x80010000, %eax           /* PG, WP */
    movl %eax, %cr0
    ljmpl $0x18, $AT(long_mode)

    .code64
long_mode:
    movl %cs, %eax
    testb $3, %al
    jnz fail
    mark 'L'

    gate 6, on_invalid_opcode
    gate 14, on_page_fault
    gate 32, on_timer
    gate 0x80, on_interrupt
    orb $0x60, IDT + 0x80 * 16 + 5  /* ring 3 may use it */
    movw $0xfff, 0x7f00
    movl $IDT, 0x7f02
    movl $0, 0x7f06
    lidt 0x7f00
    sidt 0x7f10
    cmpl $IDT, 0x7f12
    jne fail
    mark 'I'

    xorl %ebx, %ebx
    ud2
    cmpl $6, %ebx
    jne fail
    mark 'U'

    sti
    pushfq
    popq %rax
    testl $0x200, %eax
    jz fail
    cli
    pushfq
    popq %rax
    testl $0x200, %eax
    jnz fail
    mark 'F'

    movl $0xc0000081, %ecx          /* STAR: ring 0 from 0x18, ring 3 from 0x20 + 8 */
    xorl %eax, %eax
    movl $0x00200018, %edx
    wrmsr
    xorl %edx, %edx
    rdmsr
    cmpl $0x00200018, %edx
    jne fail
    movl $0xc0000082, %ecx          /* LSTAR */
    movl $AT(on_system_call), %eax
    xorl %edx, %edx
    wrmsr
    movl $0xc0000084, %ecx          /* FMASK: IF */
    movl $0x200, %eax
    xorl %edx, %edx
    wrmsr
    movl $0xc0000101, %ecx          /* GS.base, swapped with KernelGSbase (0) */
    movl $0x1234000, %eax
    xorl %edx, %edx
    wrmsr
    swapgs
    rdmsr
    testl %eax, %eax
    jnz fail
    swapgs
    rdmsr
    cmpl $0x1234000, %eax
    jne fail
    mark 'M'

    movabs $0x40000000000, %rbx
    xorl %ebp, %ebp
    movl (%rbx), %eax
after_page_fault:
    cmpq %rbx, %rbp
    jne fail
    mark 'P'

    movl $0xfee00000, %esi
    movl $0x1ff, 0xf0(%rsi)         /* enabled, spurious vector 255 */
    movl $0x3, 0x3e0(%rsi)          /* divided by 16 */
    movl $0x20020, 0x320(%rsi)      /* periodic, vector 32 */
    xorl %ebp, %ebp
    movl $50000, 0x380(%rsi)        /* 0.8 ms at 1 GHz */
1:  sti
    hlt
    cli
    cmpl $10, %ebp
    jb 1b
    movl $0x10020, 0x320(%rsi)      /* masked */
    movl $0, 0x380(%rsi)
    mark 'T'

    movl $0x6800, TSS + 4           /* stack of ring 0 */
    movw $0x68, TSS + 0x66          /* no I/O bitmap */
    movl $AT(gdt), %esi
    movl $GDT, %edi
    movl $(gdt_end - gdt), %ecx
    rep movsb
    movl $((TSS << 16) | 0x67), GDT + 0x38
    movl $0x8900, GDT + 0x3c
    movw $(gdt_end - gdt - 1), 0x7f20
    movl $GDT, 0x7f22
    movl $0, 0x7f26
    lgdt 0x7f20
    movw $0x38, %ax
    ltr %ax
    mark 'R'

    pushq $0x2b              /* ss of ring 3 */
    pushq $0x6400
    pushq $0x202
    pushq $0x33                     /* cs of ring 3 */
    pushq $AT(ring_3)
    iretq
ring_3:
    movl %cs, %eax
    andl $3, %eax
    cmpl $3, %eax
    jne fail
    movl $42, %ebx
    syscall
    cmpl $43, %ebx
    jne fail
    movl $7, %ebx
    int $0x80
    jmp fail

on_system_call:
    cmpl $42, %ebx
    jne fail
    incl %ebx
    mark 'Y'
    sysretq

on_interrupt:
    cmpl $7, %ebx
    jne fail
    cmpl $0x6400, 24(%rsp)          /* the stack that was left */
    jne fail
    mark 'X'
    movl $40000000, %ecx
2:  decl %ecx
    jnz 2b
    mark 'N'
    movb $0x10, %al                 /* QEMU ends with 2 * 0x10 + 1 */
    outb %al, $0xf4
3:  hlt
    jmp 3b

fail:
    mark '!'
    movb $0x11, %al
    outb %al, $0xf4
4:  cli
    hlt
    jmp 4b

on_invalid_opcode:
    movl $6, %ebx
    addq $2, (%rsp)
    iretq

on_page_fault:
    movq %cr2, %rbp
    addq $8, %rsp
    movq $AT(after_page_fault), (%rsp)
    iretq

on_timer:
    incl %ebp
    movl $0, 0xb0(%rsi)             /* end of interrupt */
    iretq

set_gate:
    movw %ax, (%rdi)
    movw $0x18, 2(%rdi)
    movw $0x8e00, 4(%rdi)
    shrl $16, %eax
    movw %ax, 6(%rdi)
    movl $0, 8(%rdi)
    movl $0, 12(%rdi)
    ret

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff        /* 0x08 code, 32 bits */
    .quad 0x00cf93000000ffff        /* 0x10 data */
    .quad 0x00af9b000000ffff        /* 0x18 code, 64 bits */
    .quad 0x00cf93000000ffff        /* 0x20 data */
    .quad 0x00cff3000000ffff        /* 0x28 data of ring 3 */
    .quad 0x00affb000000ffff        /* 0x30 code of ring 3, 64 bits */
    .quad 0, 0                      /* 0x38 task */
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long AT(gdt)
accel_image_end:
#endif
    .section .note.GNU-stack, "", @progbits

// void ktlssim_switch_stack(void** here, void* there, void* argument), after the System V ABI of x86-64: keeps what a call
// keeps, but for the modes of floating point, which nobody changes.
#ifdef __x86_64__
  .text
  .globl ktlssim_switch_stack
  .hidden ktlssim_switch_stack
  .type ktlssim_switch_stack, @function
  .p2align 4
ktlssim_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  movq %rdx, %rdi
  ret
  .size ktlssim_switch_stack, . - ktlssim_switch_stack
#endif
#ifdef __linux__
  .section .note.GNU-stack, "", @progbits
#endif

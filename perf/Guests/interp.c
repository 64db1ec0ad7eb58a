// A bytecode interpreter: a switch in a loop, so a computed jump per instruction.
#include "workload.h"
enum { PUSH, ADD, SUB, MUL, DUP, SWAP, OVER, DROP, LOAD, STORE, JUMP_NZ, XOR, SHIFT, HALT };

static const u8 program[] = {
    PUSH, 200, STORE, 0,                          // 0: i = 200
    PUSH, 7, STORE, 1,                            // 4: a = 7
    LOAD, 1, DUP, PUSH, 3, MUL, LOAD, 0, ADD,     // 8: loop: a, a*3+i
    XOR, PUSH, 5, ADD, DUP, SHIFT, ADD, STORE, 1, // 17: a = ...
    LOAD, 1, LOAD, 0, OVER, SWAP, DROP, SUB, DROP, // 26
    LOAD, 0, PUSH, 1, SUB, DUP, STORE, 0,         // 35: i--
    JUMP_NZ, 8, LOAD, 1, HALT };

__attribute__((noinline)) static u64 interpret(u64 seed)
{
    u64 stack[16], variables[4] = { 0, 0, seed, 0 };
    u64 *top = stack;
    const u8 *pc = program;
    *top = seed;
    for (;;) {
        switch (*pc++) {
        case PUSH: *++top = *pc++; break;
        case ADD: top[-1] += *top; top--; break;
        case SUB: top[-1] -= *top; top--; break;
        case MUL: top[-1] *= *top; top--; break;
        case DUP: top[1] = *top; top++; break;
        case SWAP: { u64 kept = *top; *top = top[-1]; top[-1] = kept; break; }
        case OVER: top[1] = top[-1]; top++; break;
        case DROP: top--; break;
        case LOAD: *++top = variables[*pc++]; break;
        case STORE: variables[*pc++] = *top--; break;
        case JUMP_NZ: pc = *top-- ? program + *pc : pc + 1; break;
        case XOR: top[-1] ^= *top; top--; break;
        case SHIFT: *top = *top << 3 ^ *top >> 5; break;
        case HALT: return *top ^ seed;
        }
    }
}

static u64 work(u64 rounds)
{
    u64 checksum = 0;
    while (rounds--)
        checksum = mix(checksum, interpret(rounds));
    return checksum;
}

// A shuffled list of records is followed, changed and followed again: loads that wait for loads.
#include "workload.h"
#define COUNT 8192
static struct node { struct node *next; u64 value; } nodes[COUNT];

static u64 work(u64 rounds)
{
    static u32 order[COUNT];
    u64 checksum = 0, x = 521288629UL;
    for (u32 i = 0; i < COUNT; i++)
        order[i] = i;
    for (u32 i = COUNT - 1; i > 0; i--) {
        u32 j = (u32)(next_random(&x) % (i + 1)), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (u32 i = 0; i < COUNT; i++)
        nodes[order[i]].next = &nodes[order[(i + 1) % COUNT]], nodes[order[i]].value = i;
    while (rounds--) {
        struct node *n = &nodes[order[rounds % COUNT]];
        for (u32 i = 0; i < COUNT; i++) {
            checksum += n->value ^ i;
            n->value += checksum & 1;
            n = n->next;
        }
        checksum = mix(checksum, (u64)(n - nodes));
    }
    return checksum;
}

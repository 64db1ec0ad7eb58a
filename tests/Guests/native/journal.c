// The journal as it is, compiled for the host; machine.c calls it. JOURNAL names a broken version in its place.
#ifndef JOURNAL
#define JOURNAL "../journal.c"
#endif
#define GUEST_NATIVE
#define main guest_main
#include JOURNAL

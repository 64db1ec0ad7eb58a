// The channel device as the guest sees it. docs/guest-programming.md explains the registers and the rules.
#ifndef CHANNEL_H
#define CHANNEL_H

#define CHANNEL 0x10200000UL

#define CHANNEL_ID               (CHANNEL + 0x00)
#define CHANNEL_VERSION          (CHANNEL + 0x04)
#define CHANNEL_STATUS           (CHANNEL + 0x08)
#define CHANNEL_COMMAND          (CHANNEL + 0x0c)
#define CHANNEL_RESULT           (CHANNEL + 0x10)
#define CHANNEL_CONNECTION       (CHANNEL + 0x14)
#define CHANNEL_TAG              (CHANNEL + 0x18)
#define CHANNEL_COUNT            (CHANNEL + 0x1c)
#define CHANNEL_SECTOR           (CHANNEL + 0x20)
#define CHANNEL_ADDRESS          (CHANNEL + 0x28)
#define CHANNEL_EVENT            (CHANNEL + 0x30)
#define CHANNEL_EVENT_TAG        (CHANNEL + 0x34)
#define CHANNEL_EVENT_CONNECTION (CHANNEL + 0x38)
#define CHANNEL_EVENT_STATUS     (CHANNEL + 0x3c)
#define CHANNEL_INTERRUPT_ENABLE (CHANNEL + 0x40)
#define CHANNEL_CAPACITY         (CHANNEL + 0x48)

#define CHANNEL_ID_VALUE 0x48434853

enum { COMMAND_CONNECT = 1, COMMAND_READ = 2, COMMAND_WRITE = 3, COMMAND_CLOSE = 4, COMMAND_POP_EVENT = 5 };
enum { RESULT_ACCEPTED = 0, RESULT_NOT_CONNECTED = 1 };
enum { EVENT_NONE = 0, EVENT_COMPLETED = 1, EVENT_DISCONNECTED = 2 };

#define CONNECT_TAG  0xffffffffU
#define SECTOR_BYTES 512
#define SECTOR_WORDS (SECTOR_BYTES / 8)

#endif

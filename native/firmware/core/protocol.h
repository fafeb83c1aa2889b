/* The numbers of the protocol. native/README.md says what they mean; src-main/edge/killswitch/messages.ts is the host's copy. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#define PROTOCOL_VERSION 1
#define FIRMWARE_VERSION {1, 0, 0}

#define DIRECTION_TO_HOST 'B'
#define DIRECTION_TO_BOARD 'H'

/* Board to host. */
#define TYPE_HELLO 0x01
#define TYPE_STATUS 0x02
#define TYPE_BOARD_STOP 0x03
#define TYPE_ANCHOR 0x04
#define TYPE_RESULT 0x05

/* Host to board. */
#define TYPE_CHALLENGE 0x11
#define TYPE_HEARTBEAT 0x12
#define TYPE_HOST_STOP 0x13
#define TYPE_RESET 0x14
#define TYPE_PAIR 0x15
#define TYPE_ANCHOR_WRITE 0x16
#define TYPE_ANCHOR_READ 0x17

#define HELLO_BYTES 22
#define STATUS_BYTES 20
#define BOARD_STOP_BYTES 1
#define RESULT_BYTES 6
#define CHALLENGE_BYTES 14
#define HEARTBEAT_BYTES 5

#define OUTCOME_DONE 0
#define OUTCOME_REFUSED 1
#define OUTCOME_BUSY 2
#define OUTCOME_NOTHING 3
#define OUTCOME_UNPAIRED 4

#define MODE_NORMAL 0
#define MODE_PAUSE 1
#define MODE_REDUCE 2
#define MODE_EMERGENCY 3

/* Of HELLO. */
#define FLAG_PAIRED 0x01

/* Of STATUS. */
#define LATCH_CLEAR 0
#define LATCH_TRIPPED 1
#define LATCH_MAY_RESET 2
#define LATCH_RESET_ARMED 3
/* Beside INPUT_NC_OPEN and INPUT_NO_CLOSED. */
#define INPUT_TAMPER_OPEN 0x04
#define INPUT_RESET_PRESSED 0x08

/* Of HELLO: what failed. */
#define SELF_TEST_FLASH 0x01
#define SELF_TEST_RAM 0x02
#define SELF_TEST_LAMPS 0x04
#define SELF_TEST_CONTACTS 0x08
#define SELF_TEST_EEPROM 0x10

/* Of HELLO: why the board started, as the chip's MCUSR has it. */
#define RESET_WATCHDOG 0x08

#define HEARTBEAT_MS 100
#define HELLO_MS 250
#define LINK_LOST_MS 500
#define MAX_BAD_TAGS 5

#endif

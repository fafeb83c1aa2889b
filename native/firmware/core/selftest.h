/* What the board finds out about itself before it greets. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

/* `failed`: what the hardware found before the core started, bits SELF_TEST_ of protocol.h. */
void selftest_start(uint8_t failed);
void selftest_task(void);
bool selftest_is_done(void);
/* Bits SELF_TEST_ of protocol.h. */
uint8_t selftest_failed(void);
/* CAUSE_SELF_TEST when the board cannot be trusted. Contacts are not part of it: they can be put right. */
uint8_t selftest_causes(void);

#endif

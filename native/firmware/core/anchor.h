/*
 * The newest anchor of the desk's journal: its size and the start of its root. A journal whose tail was cut, or that was replaced,
 * does not fit what the board remembers.
 */
#ifndef ANCHOR_H
#define ANCHOR_H

#include <stdbool.h>
#include <stdint.h>

#define ANCHOR_BYTES 24 /* size (8), first bytes of the root (16) */

void anchor_start(void);
/* Held in memory at once, and in the EEPROM before long. */
void anchor_store(const uint8_t *anchor);
/* @returns false when there is none. */
bool anchor_read(uint8_t *anchor);
/* The next write does not wait for its time: what led to a trip shall be known. */
void anchor_hurry(void);
void anchor_task(void);

#endif

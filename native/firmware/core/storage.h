/* Writes to the EEPROM one byte after the other without ever waiting for it: one record under way at a time. */
#ifndef STORAGE_H
#define STORAGE_H

#include <stdbool.h>
#include <stdint.h>

#define STORAGE_MAX_BYTES 32

/* Who has which part of the 1024 bytes. */
#define STORAGE_KEY 0
#define STORAGE_LATCH 64
#define STORAGE_BOOTS 192
#define STORAGE_ANCHORS 512

void storage_start(void);
/* Takes a copy of the record, or is busy with another one and says so. */
bool storage_write(uint16_t address, const uint8_t *bytes, uint8_t length);
bool storage_is_idle(void);
/* What is written stays, the rest is not written any more. */
void storage_abandon(void);
/* @returns false when the EEPROM has been busy for longer than it can be. */
bool storage_task(void);

#endif

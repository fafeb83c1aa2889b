/*
 * The latch: once tripped, tripped until it is cleared on purpose, over any loss of power. A trip clears bits of the record in
 * force, a reset writes a new record: half a trip is a trip, half a reset is none, and no record at all is a trip.
 */
#ifndef LATCH_H
#define LATCH_H

#include <stdbool.h>
#include <stdint.h>

void latch_start(void);
/* Bits of causes.h. Ends a reset under way. @returns whether any of them is new. */
bool latch_trip(uint8_t causes);
/* Why it is tripped; 0 when it is not. */
uint8_t latch_causes(void);
/* Starts to write a clear record; the latch is clear only once that is read back. @returns false when storage is busy. */
bool latch_clear(void);
/* Before every other use of the EEPROM: the trip is what must not be lost. */
void latch_task(void);

#endif

/* How often the board has started: a number that never comes twice, so that no recorded session can be played to it again. */
#ifndef BOOTS_H
#define BOOTS_H

#include <stdbool.h>
#include <stdint.h>

/* Counts this start. */
void boots_start(void);
uint32_t boots_count(void);
/* Call once, when storage is idle: whether this start stands in the EEPROM. */
bool boots_are_stored(void);

#endif

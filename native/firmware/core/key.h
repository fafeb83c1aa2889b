/* The key that the board shares with its desk. */
#ifndef KEY_H
#define KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "siphash.h"

void key_start(void);
bool key_exists(void);
const uint8_t *key_bytes(void);
/* Starts to write the key. @returns false when storage is busy. */
bool key_write(const uint8_t *key);
/* Call when storage is idle: takes the key into use as it stands in the EEPROM. */
void key_load(void);

#endif

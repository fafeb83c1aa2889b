/* The program's own image, and the seal that the build puts behind it: the SipHash of the image under a key of zeros. */
#ifndef FLASH_H
#define FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/siphash.h"

/* Writes what the image hashes to now. @returns whether that is what the seal says. Takes some 0.2 s and kicks the watchdog. */
bool flash_check(uint8_t hash[SIPHASH_TAG_BYTES]);

#endif

/* Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): no zero inside a frame, so that a zero always ends one. */
#ifndef COBS_H
#define COBS_H

#include <stdint.h>

/* At most this many raw bytes: then one code byte is enough overhead. */
#define COBS_MAX_RAW 253

/* Writes length + 1 bytes to `to`, without the zero that ends the frame. @returns how many. */
uint8_t cobs_encode(const uint8_t *from, uint8_t length, uint8_t *to);
/* In place. @returns the number of raw bytes, or 0 when `bytes` is no such encoding. */
uint8_t cobs_decode(uint8_t *bytes, uint8_t length);

#endif

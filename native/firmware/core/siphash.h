/* SipHash-2-4 (Aumasson and Bernstein 2012): 64-bit tags under a 128-bit key. */
#ifndef SIPHASH_H
#define SIPHASH_H

#include <stdint.h>

#define SIPHASH_KEY_BYTES 16
#define SIPHASH_TAG_BYTES 8

/* Halves of 32 bits, because the compiler's 64-bit shifts on this chip go bit by bit. */
struct word64 {
  uint32_t low, high;
};

struct siphash {
  struct word64 v0, v1, v2, v3;
  uint8_t block[8];
  uint8_t length; /* of the message so far, modulo 256, as the algorithm wants it */
};

void siphash_start(struct siphash *hash, const uint8_t *key);
void siphash_take(struct siphash *hash, const uint8_t *bytes, uint8_t length);
void siphash_finish(struct siphash *hash, uint8_t *tag);

#endif

#include "siphash.h"

#include "bytes.h"

static inline void add(struct word64 *to, const struct word64 *from) {
  uint32_t low = to->low + from->low;
  to->high += from->high + (low < from->low);
  to->low = low;
}

static inline void xor(struct word64 *to, const struct word64 *from) {
  to->low ^= from->low;
  to->high ^= from->high;
}

static inline void swap_halves(struct word64 *w) {
  uint32_t low = w->low;
  w->low = w->high;
  w->high = low;
}

/*
 * Rotations are put together from steps that are cheap on 8 bits: whole bytes, and at most three bits.
 */
static inline void left_16(struct word64 *w) {
  uint32_t low = w->low;
  w->low = (low << 16) | (w->high >> 16);
  w->high = (w->high << 16) | (low >> 16);
}

static inline void left_1(struct word64 *w) {
  uint8_t out = (uint8_t)(w->high >> 24) >> 7;
  w->high = (w->high << 1) | ((uint8_t)(w->low >> 24) >> 7);
  w->low = (w->low << 1) | out;
}

static inline void left_8(struct word64 *w) {
  uint8_t out = (uint8_t)(w->high >> 24);
  w->high = (w->high << 8) | (uint8_t)(w->low >> 24);
  w->low = (w->low << 8) | out;
}

static inline void right_3(struct word64 *w) {
  uint8_t out = (uint8_t)((uint8_t)w->low << 5);
  uint8_t over = (uint8_t)((uint8_t)w->high << 5);
  w->low = (w->low >> 3) | ((uint32_t)over << 24);
  w->high = (w->high >> 3) | ((uint32_t)out << 24);
}

static void round_once(struct siphash *h) {
  add(&h->v0, &h->v1);
  left_16(&h->v1); /* 13 = 16 - 3 */
  right_3(&h->v1);
  xor(&h->v1, &h->v0);
  swap_halves(&h->v0);

  add(&h->v2, &h->v3);
  left_16(&h->v3);
  xor(&h->v3, &h->v2);

  add(&h->v0, &h->v3);
  left_16(&h->v3); /* 21 = 16 + 8 - 3 */
  left_8(&h->v3);
  right_3(&h->v3);
  xor(&h->v3, &h->v0);

  add(&h->v2, &h->v1);
  left_16(&h->v1); /* 17 = 16 + 1 */
  left_1(&h->v1);
  xor(&h->v1, &h->v2);
  swap_halves(&h->v2);
}

static void take_block(struct siphash *h) {
  struct word64 m = {get_u32(h->block), get_u32(h->block + 4)};
  xor(&h->v3, &m);
  round_once(h);
  round_once(h);
  xor(&h->v0, &m);
}

void siphash_start(struct siphash *h, const uint8_t *key) {
  struct word64 k0 = {get_u32(key), get_u32(key + 4)}, k1 = {get_u32(key + 8), get_u32(key + 12)};
  h->v0 = (struct word64){0x70736575, 0x736f6d65};
  h->v1 = (struct word64){0x6e646f6d, 0x646f7261};
  h->v2 = (struct word64){0x6e657261, 0x6c796765};
  h->v3 = (struct word64){0x79746573, 0x74656462};
  xor(&h->v0, &k0);
  xor(&h->v1, &k1);
  xor(&h->v2, &k0);
  xor(&h->v3, &k1);
  h->length = 0;
}

void siphash_take(struct siphash *h, const uint8_t *bytes, uint8_t length) {
  for (uint8_t i = 0; i < length; i++) {
    h->block[h->length & 7] = bytes[i];
    h->length++;
    if ((h->length & 7) == 0) take_block(h);
  }
}

void siphash_finish(struct siphash *h, uint8_t *tag) {
  for (uint8_t i = h->length & 7; i < 7; i++) h->block[i] = 0;
  h->block[7] = h->length;
  take_block(h);
  h->v2.low ^= 0xff;
  for (uint8_t i = 0; i < 4; i++) round_once(h);
  xor(&h->v0, &h->v1);
  xor(&h->v2, &h->v3);
  xor(&h->v0, &h->v2);
  put_u32(tag, h->v0.low);
  put_u32(tag + 4, h->v0.high);
}

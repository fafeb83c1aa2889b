/*
 * Frames on the wire: COBS of type (1), sequence (4), body (0..24), tag (8), CRC-16 of all before (2); then a zero.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "siphash.h"

#define FRAME_MAX_BODY 24
#define FRAME_HEAD_BYTES 5
#define FRAME_OVERHEAD (FRAME_HEAD_BYTES + SIPHASH_TAG_BYTES + 2)
#define FRAME_MAX_RAW (FRAME_OVERHEAD + FRAME_MAX_BODY)
#define FRAME_MAX_WIRE (FRAME_MAX_RAW + 2)
#define CHALLENGE_NONCE_BYTES 8

struct frame {
  uint8_t type;
  uint32_t sequence;
  uint8_t length; /* of the body */
  uint8_t body[FRAME_MAX_BODY];
  uint8_t tag[SIPHASH_TAG_BYTES];
};

/* Gathers the bytes of one frame. */
struct frame_reader {
  uint8_t bytes[FRAME_MAX_WIRE];
  uint8_t length;
  bool is_too_long;
};

enum frame_result { FRAME_INCOMPLETE, FRAME_BAD, FRAME_GOOD };

/* Good: right in form and checksum. Its tag has not been looked at. */
enum frame_result frame_take(struct frame_reader *reader, uint8_t byte, struct frame *frame);
/* SipHash over direction, type, sequence, challenge and body. */
void frame_tag(const struct frame *frame, uint8_t direction, const uint8_t *key, const uint8_t *challenge, uint8_t *tag);
/* Writes at most FRAME_MAX_WIRE bytes. @returns how many. */
uint8_t frame_encode(const struct frame *frame, uint8_t *wire);

#endif

#include "frame.h"

#include <string.h>

#include "bytes.h"
#include "cobs.h"
#include "crc16.h"

static bool decode(uint8_t *raw, uint8_t length, struct frame *frame) {
  if (length < FRAME_OVERHEAD || length > FRAME_MAX_RAW) return false;
  if (crc16(raw, length - 2) != get_u16(raw + length - 2)) return false;
  frame->type = raw[0];
  frame->sequence = get_u32(raw + 1);
  frame->length = length - FRAME_OVERHEAD;
  memcpy(frame->body, raw + FRAME_HEAD_BYTES, frame->length);
  memcpy(frame->tag, raw + FRAME_HEAD_BYTES + frame->length, SIPHASH_TAG_BYTES);
  return true;
}

enum frame_result frame_take(struct frame_reader *reader, uint8_t byte, struct frame *frame) {
  if (byte != 0) {
    if (reader->length < FRAME_MAX_WIRE - 1) reader->bytes[reader->length++] = byte;
    else reader->is_too_long = true;
    return FRAME_INCOMPLETE;
  }
  uint8_t length = reader->length;
  bool is_too_long = reader->is_too_long;
  reader->length = 0;
  reader->is_too_long = false;
  if (length == 0) return FRAME_INCOMPLETE; /* zeros between frames are how a sender starts afresh */
  if (is_too_long || !decode(reader->bytes, cobs_decode(reader->bytes, length), frame)) return FRAME_BAD;
  return FRAME_GOOD;
}

void frame_tag(const struct frame *frame, uint8_t direction, const uint8_t *key, const uint8_t *challenge, uint8_t *tag) {
  uint8_t head[1 + FRAME_HEAD_BYTES] = {direction, frame->type};
  put_u32(head + 2, frame->sequence);
  struct siphash hash;
  siphash_start(&hash, key);
  siphash_take(&hash, head, sizeof head);
  siphash_take(&hash, challenge, CHALLENGE_NONCE_BYTES);
  siphash_take(&hash, frame->body, frame->length);
  siphash_finish(&hash, tag);
}

uint8_t frame_encode(const struct frame *frame, uint8_t *wire) {
  uint8_t raw[FRAME_MAX_RAW];
  raw[0] = frame->type;
  put_u32(raw + 1, frame->sequence);
  memcpy(raw + FRAME_HEAD_BYTES, frame->body, frame->length);
  memcpy(raw + FRAME_HEAD_BYTES + frame->length, frame->tag, SIPHASH_TAG_BYTES);
  uint8_t length = FRAME_OVERHEAD + frame->length;
  put_u16(raw + length - 2, crc16(raw, length - 2));
  uint8_t written = cobs_encode(raw, length, wire);
  wire[written++] = 0;
  return written;
}

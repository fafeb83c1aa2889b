#include "cobs.h"

uint8_t cobs_encode(const uint8_t *from, uint8_t length, uint8_t *to) {
  uint8_t code_at = 0, code = 1, out = 1;
  for (uint8_t i = 0; i < length; i++) {
    if (from[i] != 0) {
      to[out++] = from[i];
      code++;
    } else {
      to[code_at] = code;
      code_at = out++;
      code = 1;
    }
  }
  to[code_at] = code;
  return out;
}

uint8_t cobs_decode(uint8_t *bytes, uint8_t length) {
  uint8_t in = 0, out = 0;
  while (in < length) {
    uint8_t code = bytes[in++];
    if (code == 0 || code - 1 > length - in) return 0;
    for (uint8_t i = 1; i < code; i++) {
      if (bytes[in] == 0) return 0;
      bytes[out++] = bytes[in++];
    }
    /* The zero behind the last block is the frame's end, not one of its bytes. */
    if (in < length) bytes[out++] = 0;
  }
  return out;
}

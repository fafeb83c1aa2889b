#include "crc16.h"

uint16_t crc16_update(uint16_t crc, uint8_t byte) {
  /* The polynomial has so few terms that a whole byte folds into a few shifts, of eight bits each: no table, no loop over bits. */
  uint8_t x = (uint8_t)(crc >> 8) ^ byte;
  x ^= x >> 4;
  uint8_t high = (uint8_t)crc ^ (uint8_t)(x << 4) ^ (x >> 3);
  uint8_t low = x ^ (uint8_t)(x << 5);
  return (uint16_t)(((uint16_t)high << 8) | low);
}

uint16_t crc16(const uint8_t *bytes, uint8_t length) {
  uint16_t crc = CRC16_START;
  for (uint8_t i = 0; i < length; i++) crc = crc16_update(crc, bytes[i]);
  return crc;
}

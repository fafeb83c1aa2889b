#include "key.h"

#include <string.h>

#include "bytes.h"
#include "crc16.h"
#include "port.h"
#include "storage.h"

#define RECORD_BYTES (SIPHASH_KEY_BYTES + 2)

static uint8_t key[SIPHASH_KEY_BYTES];
static bool exists;

void key_start(void) { key_load(); }

void key_load(void) {
  uint8_t crc[2];
  for (uint8_t i = 0; i < SIPHASH_KEY_BYTES; i++) key[i] = port_eeprom_read(STORAGE_KEY + i);
  for (uint8_t i = 0; i < 2; i++) crc[i] = port_eeprom_read(STORAGE_KEY + SIPHASH_KEY_BYTES + i);
  exists = get_u16(crc) == crc16(key, SIPHASH_KEY_BYTES);
}

bool key_exists(void) { return exists; }

const uint8_t *key_bytes(void) { return key; }

bool key_write(const uint8_t *bytes) {
  uint8_t record[RECORD_BYTES];
  memcpy(record, bytes, SIPHASH_KEY_BYTES);
  put_u16(record + SIPHASH_KEY_BYTES, crc16(bytes, SIPHASH_KEY_BYTES));
  return storage_write(STORAGE_KEY, record, RECORD_BYTES);
}

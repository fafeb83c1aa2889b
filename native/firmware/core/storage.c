#include "storage.h"

#include <string.h>

#include "port.h"

/* An erase and a write take 3.4 ms. */
#define STUCK_MS 50

static uint8_t record[STORAGE_MAX_BYTES];
static uint16_t address;
static uint8_t length, written;
static uint32_t ready_at_ms;

void storage_start(void) {
  length = written = 0;
  ready_at_ms = port_now_ms();
}

bool storage_write(uint16_t to, const uint8_t *bytes, uint8_t count) {
  if (!storage_is_idle() || count > STORAGE_MAX_BYTES) return false;
  memcpy(record, bytes, count);
  address = to;
  length = count;
  written = 0;
  return true;
}

/* The last byte counts only when the EEPROM has finished with it. */
bool storage_is_idle(void) { return written == length && port_eeprom_is_ready(); }

void storage_abandon(void) { written = length; }

bool storage_task(void) {
  if (!port_eeprom_is_ready()) return port_now_ms() - ready_at_ms < STUCK_MS;
  ready_at_ms = port_now_ms();
  /* A byte that is right already costs no wear, and one loop's worth of them no time. */
  while (written < length && port_eeprom_read(address + written) == record[written]) written++;
  if (written < length) {
    port_eeprom_write(address + written, record[written]);
    written++;
  }
  return true;
}

#include "latch.h"

#include "causes.h"
#include "port.h"
#include "ring.h"
#include "storage.h"

static const struct ring RING = {STORAGE_LATCH, 8, 16, 0};

static struct ring_head head;
static uint8_t latched, stored;
static bool is_clearing, is_stale;

static void load(void) {
  stored = head.exists ? (uint8_t)~port_eeprom_read(ring_address(&RING, &head)) : CAUSE_STORAGE;
}

void latch_start(void) {
  ring_find(&RING, &head);
  load();
  latched = stored;
  is_clearing = is_stale = false;
}

bool latch_trip(uint8_t causes) {
  bool is_new = (causes & ~latched) != 0;
  if (causes != 0 && is_clearing) {
    storage_abandon();
    is_clearing = false;
    is_stale = true; /* the clear record may be whole already */
    is_new = true;
  }
  latched |= causes;
  return is_new;
}

uint8_t latch_causes(void) { return latched; }

bool latch_clear(void) {
  if (is_clearing || !ring_append(&RING, &head, 0)) return false;
  is_clearing = true;
  return true;
}

void latch_task(void) {
  if (!port_eeprom_is_ready()) return;
  if (is_stale) {
    is_stale = false;
    ring_advance(&RING, &head);
    load();
  }
  if (is_clearing && storage_is_idle()) {
    is_clearing = false;
    bool is_whole = ring_advance(&RING, &head);
    load();
    latched = is_whole ? stored : latched | CAUSE_STORAGE;
  }
  if (head.exists && (latched & ~stored) != 0) {
    port_eeprom_clear_bits(ring_address(&RING, &head), (uint8_t)~latched);
    stored |= latched;
  }
}

#include "anchor.h"

#include <string.h>

#include "port.h"
#include "ring.h"
#include "storage.h"

/* 16 slots of 100,000 writes, one in five minutes: fifteen years. */
#define PACE_MS 300000ul

static const struct ring RING = {STORAGE_ANCHORS, 32, 16, ANCHOR_BYTES};

static struct ring_head head;
static uint8_t newest[ANCHOR_BYTES];
static bool exists, is_stored, is_writing, is_urgent;
static uint32_t written_at_ms;

void anchor_start(void) {
  ring_find(&RING, &head);
  exists = is_stored = head.exists;
  is_writing = false;
  is_urgent = true; /* the first of this start */
  if (exists) ring_read_payload(&RING, &head, newest);
}

void anchor_store(const uint8_t *anchor) {
  if (exists && memcmp(newest, anchor, ANCHOR_BYTES) == 0) return;
  memcpy(newest, anchor, ANCHOR_BYTES);
  exists = true;
  is_stored = false;
}

bool anchor_read(uint8_t *anchor) {
  if (exists) memcpy(anchor, newest, ANCHOR_BYTES);
  return exists;
}

void anchor_hurry(void) { is_urgent = true; }

void anchor_task(void) {
  if (is_writing && storage_is_idle()) {
    is_writing = false;
    ring_advance(&RING, &head);
  }
  bool is_time = is_urgent || port_now_ms() - written_at_ms >= PACE_MS;
  if (is_stored || is_writing || !is_time || !ring_append(&RING, &head, newest)) return;
  is_stored = is_writing = true;
  is_urgent = false;
  written_at_ms = port_now_ms();
}

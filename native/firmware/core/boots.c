#include "boots.h"

#include "ring.h"
#include "storage.h"

static const struct ring RING = {STORAGE_BOOTS, 8, 16, 0};

static struct ring_head head;
static uint32_t count;

void boots_start(void) {
  ring_find(&RING, &head);
  count = head.sequence + 1;
  ring_append(&RING, &head, 0); /* storage is idle at the start */
}

uint32_t boots_count(void) { return count; }

bool boots_are_stored(void) { return ring_advance(&RING, &head); }

/*
 * Records that take turns in the slots of a ring, so that each slot wears only its share. A record counts when its checksum is
 * right; the checksum is written last, so that a record cut short leaves the one before it in force.
 *
 *   mark (1), sequence (4), payload (n), CRC-16 of sequence and payload (2)
 *
 * The mark is outside the checksum: it starts as 0xFF, and bits of it may be cleared while the record is in force.
 */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_MARK_BYTES 1
#define RING_OVERHEAD 7
#define RING_MAX_PAYLOAD 24

struct ring {
  uint16_t base;
  uint8_t stride, slots, payload;
};

struct ring_head {
  bool exists;
  uint8_t slot;
  uint32_t sequence; /* of the newest record, 0 where there is none */
};

/* Looks through all slots: takes its time. */
void ring_find(const struct ring *ring, struct ring_head *head);
/* Starts to write the record after `head`, into the next slot. @returns false when storage is busy. */
bool ring_append(const struct ring *ring, const struct ring_head *head, const uint8_t *payload);
/* Moves `head` on to the record after it, if that stands there whole. */
bool ring_advance(const struct ring *ring, struct ring_head *head);
uint16_t ring_address(const struct ring *ring, const struct ring_head *head);
void ring_read_payload(const struct ring *ring, const struct ring_head *head, uint8_t *payload);

#endif

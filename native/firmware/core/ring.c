#include "ring.h"

#include <string.h>

#include "bytes.h"
#include "crc16.h"
#include "port.h"
#include "storage.h"

#define SEQUENCE_BYTES 4

static uint16_t slot_address(const struct ring *ring, uint8_t slot) { return ring->base + (uint16_t)slot * ring->stride; }

static uint8_t next_slot(const struct ring *ring, const struct ring_head *head) {
  return head->exists && head->slot + 1 < ring->slots ? head->slot + 1 : 0;
}

uint16_t ring_address(const struct ring *ring, const struct ring_head *head) { return slot_address(ring, head->slot); }

static bool read_sequence(const struct ring *ring, uint8_t slot, uint32_t *sequence) {
  uint16_t at = slot_address(ring, slot) + RING_MARK_BYTES;
  uint8_t bytes[SEQUENCE_BYTES + 2];
  uint16_t crc = CRC16_START;
  uint8_t covered = SEQUENCE_BYTES + ring->payload;
  for (uint8_t i = 0; i < covered; i++) {
    uint8_t byte = port_eeprom_read(at + i);
    crc = crc16_update(crc, byte);
    if (i < SEQUENCE_BYTES) bytes[i] = byte;
  }
  bytes[SEQUENCE_BYTES] = port_eeprom_read(at + covered);
  bytes[SEQUENCE_BYTES + 1] = port_eeprom_read(at + covered + 1);
  *sequence = get_u32(bytes);
  return crc == get_u16(bytes + SEQUENCE_BYTES);
}

void ring_find(const struct ring *ring, struct ring_head *head) {
  *head = (struct ring_head){0};
  for (uint8_t slot = 0; slot < ring->slots; slot++) {
    uint32_t sequence;
    if (!read_sequence(ring, slot, &sequence)) continue;
    if (head->exists && sequence <= head->sequence) continue;
    *head = (struct ring_head){true, slot, sequence};
  }
}

bool ring_append(const struct ring *ring, const struct ring_head *head, const uint8_t *payload) {
  uint8_t record[RING_OVERHEAD + RING_MAX_PAYLOAD];
  uint8_t covered = SEQUENCE_BYTES + ring->payload;
  record[0] = 0xff;
  put_u32(record + RING_MARK_BYTES, head->sequence + 1);
  if (ring->payload > 0) memcpy(record + RING_MARK_BYTES + SEQUENCE_BYTES, payload, ring->payload);
  put_u16(record + RING_MARK_BYTES + covered, crc16(record + RING_MARK_BYTES, covered));
  return storage_write(slot_address(ring, next_slot(ring, head)), record, RING_OVERHEAD + ring->payload);
}

bool ring_advance(const struct ring *ring, struct ring_head *head) {
  uint32_t sequence;
  uint8_t slot = next_slot(ring, head);
  if (!read_sequence(ring, slot, &sequence) || sequence != head->sequence + 1) return false;
  *head = (struct ring_head){true, slot, sequence};
  return true;
}

void ring_read_payload(const struct ring *ring, const struct ring_head *head, uint8_t *payload) {
  uint16_t at = ring_address(ring, head) + RING_MARK_BYTES + SEQUENCE_BYTES;
  for (uint8_t i = 0; i < ring->payload; i++) payload[i] = port_eeprom_read(at + i);
}

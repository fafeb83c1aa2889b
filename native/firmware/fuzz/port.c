/* The hardware of the fuzzed core: a clock that the fuzzer moves, an EEPROM that is as slow as the real one, a line. */
#include "../core/port.h"

#include <string.h>

#include "fuzz.h"

#define EEPROM_WRITE_MS 4

struct world world;

void world_start(void) {
  memset(&world, 0, sizeof world);
  memset(world.eeprom, 0xff, sizeof world.eeprom);
  world.tamper = 512;
}

uint32_t port_now_ms(void) { return world.now_ms; }

bool port_eeprom_is_ready(void) { return (int32_t)(world.now_ms - world.eeprom_ready_at_ms) >= 0; }

/* Not being asked while busy, and staying inside, are the core's duties. */
static void check_eeprom(uint16_t address) {
  if (!port_eeprom_is_ready() || address >= sizeof world.eeprom) __builtin_trap();
}

uint8_t port_eeprom_read(uint16_t address) {
  check_eeprom(address);
  return world.eeprom[address];
}

void port_eeprom_write(uint16_t address, uint8_t value) {
  check_eeprom(address);
  world.eeprom[address] = value;
  world.eeprom_ready_at_ms = world.now_ms + EEPROM_WRITE_MS;
}

void port_eeprom_clear_bits(uint16_t address, uint8_t value) {
  check_eeprom(address);
  world.eeprom[address] &= value;
  world.eeprom_ready_at_ms = world.now_ms + EEPROM_WRITE_MS;
}

bool port_send(const uint8_t *bytes, uint8_t length) {
  for (uint8_t i = 0; i < length; i++) world_hear(bytes[i]);
  return true;
}

bool port_receive(uint8_t *byte) {
  if (world.line_at == world.line_length) return false;
  *byte = world.line[world.line_at++];
  world.delivered += *byte == 0;
  return true;
}

void port_show(uint8_t lamps) { world.lamps = lamps; }

bool port_reset_is_pressed(void) { return world.reset_is_pressed; }

bool port_read_tamper(uint16_t *reading) {
  *reading = world.tamper;
  return true;
}

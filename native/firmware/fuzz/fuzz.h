/* What the fuzzer and its hardware share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>

struct world {
  uint32_t now_ms, eeprom_ready_at_ms;
  uint8_t eeprom[1024];
  uint8_t line[256];
  uint16_t line_at, line_length;
  unsigned long delivered; /* ends of frames that the core has read */
  uint8_t lamps;
  bool reset_is_pressed, nc_is_open, no_is_closed;
  uint16_t tamper;
};

extern struct world world;

void world_start(void);
/* A byte from the board. */
void world_hear(uint8_t byte);

#endif

#include "birth.h"

#include <avr/io.h>
#include <avr/wdt.h>

/*
 * The test writes over all of the memory, so it has to run before anything lives there, use registers only, and leave its result in
 * a register of the input-output space.
 */
#define RESET_CAUSE GPIOR0
#define RAM_IS_GOOD GPIOR1

#define FILL(value) \
  for (uint8_t *at = (uint8_t *)RAMSTART; at <= (uint8_t *)RAMEND; at++) *(volatile uint8_t *)at = (value)
#define CHECK(value) \
  for (uint8_t *at = (uint8_t *)RAMSTART; at <= (uint8_t *)RAMEND; at++) \
    if (*(volatile uint8_t *)at != (uint8_t)(value)) is_good = 0

__attribute__((naked, used, section(".init3"))) static void before_memory(void) {
  /* After a watchdog's reset the watchdog is still on, with the shortest time: it is the first thing to see to. */
  RESET_CAUSE = MCUSR;
  MCUSR = 0;
  wdt_enable(WDTO_250MS);

  /* Every bit both ways, then every cell another value than its neighbours on each address line. */
  uint8_t is_good = 1;
  FILL(0x55);
  CHECK(0x55);
  FILL(0xaa);
  CHECK(0xaa);
  FILL((uint8_t)((uint16_t)at ^ ((uint16_t)at >> 8)));
  CHECK((uint8_t)((uint16_t)at ^ ((uint16_t)at >> 8)));
  RAM_IS_GOOD = is_good;
}

uint8_t birth_reset_cause(void) { return RESET_CAUSE; }

bool birth_ram_is_good(void) { return RAM_IS_GOOD; }

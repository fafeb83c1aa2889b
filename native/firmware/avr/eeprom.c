#include <avr/io.h>
#include <util/atomic.h>

#include "../core/port.h"

#define ERASE_AND_WRITE 0
#define WRITE_ONLY _BV(EEPM1)

bool port_eeprom_is_ready(void) { return !(EECR & _BV(EEPE)); }

uint8_t port_eeprom_read(uint16_t address) {
  EEAR = address;
  EECR |= _BV(EERE);
  return EEDR;
}

static void start(uint16_t address, uint8_t value, uint8_t how) {
  EEAR = address;
  EEDR = value;
  /* The second of these has to follow within four cycles. */
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    EECR = how | _BV(EEMPE);
    EECR |= _BV(EEPE);
  }
}

void port_eeprom_write(uint16_t address, uint8_t value) { start(address, value, ERASE_AND_WRITE); }

void port_eeprom_clear_bits(uint16_t address, uint8_t value) { start(address, value, WRITE_ONLY); }

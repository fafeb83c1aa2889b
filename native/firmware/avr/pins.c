#include "pins.h"

#include <avr/io.h>

#include "../core/lamps.h"
#include "../core/port.h"

#define NC _BV(PD2)
#define RESET_BUTTON _BV(PD4)
#define LAMPS_D (_BV(PD5) | _BV(PD6) | _BV(PD7))
#define NO _BV(PB1)
#define LAMPS_B _BV(PB0)

/* Bits 0..2 of the lamps are red, yellow and green, at PD5..PD7; bit 3 is blue, at PB0. */
#define LAMPS_TO_D(lamps) (uint8_t)(((lamps) & 0x07) << PD5)
#define LAMPS_TO_B(lamps) (uint8_t)(((lamps) >> 3) & 0x01)

void pins_start(void) {
  PORTD = NC | RESET_BUTTON;
  PORTB = NO;
  DDRD = LAMPS_D;
  DDRB = LAMPS_B;
  PCMSK2 = NC;
  PCMSK0 = NO;
  PCIFR = _BV(PCIF0) | _BV(PCIF2);
}

bool pins_nc_is_open(void) { return PIND & NC; }

bool pins_no_is_closed(void) { return !(PINB & NO); }

/* The interrupts stay off: a contact that bounces without end must not take the processor's time. */
bool pins_nc_had_edge(void) {
  if (!(PCIFR & _BV(PCIF2))) return false;
  PCIFR = _BV(PCIF2);
  return true;
}

bool pins_no_had_edge(void) {
  if (!(PCIFR & _BV(PCIF0))) return false;
  PCIFR = _BV(PCIF0);
  return true;
}

static bool lamps_follow(uint8_t lamps) {
  port_show(lamps);
  /* A pin's own level can be read one cycle later. */
  __asm__ volatile("nop\n\tnop");
  return (PIND & LAMPS_D) == LAMPS_TO_D(lamps) && (PINB & LAMPS_B) == LAMPS_TO_B(lamps);
}

bool pins_lamps_follow(void) {
  bool all = lamps_follow(0);
  for (uint8_t lamp = 1; lamp <= LAMP_BLUE; lamp <<= 1) all = lamps_follow(lamp) && all;
  return lamps_follow(LAMP_ALL) && all;
}

void port_show(uint8_t lamps) {
  PORTD = (uint8_t)((PORTD & ~LAMPS_D) | LAMPS_TO_D(lamps));
  PORTB = (uint8_t)((PORTB & ~LAMPS_B) | LAMPS_TO_B(lamps));
}

bool port_reset_is_pressed(void) { return !(PIND & RESET_BUTTON); }

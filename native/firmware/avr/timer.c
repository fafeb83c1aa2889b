#include "timer.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "../core/contacts.h"
#include "../core/port.h"
#include "pins.h"

#define PRESCALER 64
#define SAMPLES_PER_MS 2
#define COUNTS_PER_SAMPLE (F_CPU / PRESCALER / 1000 / SAMPLES_PER_MS)

static volatile uint32_t now_ms;

void timer_start(void) {
  OCR1A = COUNTS_PER_SAMPLE - 1;
  TCCR1B = _BV(WGM12) | _BV(CS11) | _BV(CS10);
  TIMSK1 = _BV(OCIE1A);
}

ISR(TIMER1_COMPA_vect) {
  static uint8_t samples;
  bool nc_had_edge = pins_nc_had_edge(), no_had_edge = pins_no_had_edge();
  contacts_sample(pins_nc_is_open(), nc_had_edge, pins_no_is_closed(), no_had_edge);
  if (++samples < SAMPLES_PER_MS) return;
  samples = 0;
  now_ms++;
}

uint32_t port_now_ms(void) {
  uint32_t now;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { now = now_ms; }
  return now;
}

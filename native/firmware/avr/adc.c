#include "adc.h"

#include <avr/io.h>

#include "../core/port.h"

/* 16 MHz / 128: a conversion takes 104 us. */
#define CONVERT (_BV(ADEN) | _BV(ADSC) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0))

void adc_start(void) {
  ADMUX = _BV(REFS0); /* the supply, which also feeds the loop: its drift cancels */
  DIDR0 = _BV(ADC0D);
  ADCSRA = CONVERT;
}

bool port_read_tamper(uint16_t *reading) {
  if (ADCSRA & _BV(ADSC)) return false;
  *reading = ADC;
  ADCSRA = CONVERT;
  return true;
}

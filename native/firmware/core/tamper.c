#include "tamper.h"

#include "port.h"

static uint16_t reading;
static uint8_t outside, inside;
static bool is_open;

void tamper_start(void) {
  reading = 0;
  outside = inside = 0;
  is_open = false;
}

bool tamper_task(void) {
  if (!port_read_tamper(&reading)) return false;
  if (reading < TAMPER_LOWEST || reading > TAMPER_HIGHEST) {
    inside = 0;
    if (outside < TAMPER_TRIP_READINGS) outside++;
    else is_open = true;
  } else {
    outside = 0;
    if (inside < TAMPER_CLEAR_READINGS) inside++;
    else is_open = false;
  }
  return true;
}

bool tamper_is_open(void) { return is_open; }

uint16_t tamper_reading(void) { return reading; }

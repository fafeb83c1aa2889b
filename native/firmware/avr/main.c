#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "../core/contacts.h"
#include "../core/port.h"
#include "../core/protocol.h"
#include "../core/switch.h"
#include "adc.h"
#include "birth.h"
#include "flash.h"
#include "pins.h"
#include "timer.h"
#include "uart.h"

/* A write that a reset has interrupted ends by itself within 3.4 ms. */
static void wait_for_eeprom(void) {
  uint32_t from_ms = port_now_ms();
  while (!port_eeprom_is_ready() && port_now_ms() - from_ms < 10) continue;
}

/* The stack grows towards what the linker calls `_end`: a changed byte there means that memory can no longer be trusted. */
#define STACK_GUARD 0xa5
extern volatile uint8_t _end;

int main(void) {
  struct birth birth = {.reset_cause = birth_reset_cause()};
  _end = STACK_GUARD;
  pins_start();
  if (!birth_ram_is_good()) birth.failed_tests |= SELF_TEST_RAM;
  if (!pins_lamps_follow()) birth.failed_tests |= SELF_TEST_LAMPS;
  if (!flash_check(birth.image_hash)) birth.failed_tests |= SELF_TEST_FLASH;
  adc_start();
  uart_start();
  contacts_start();
  timer_start();
  sei();
  wait_for_eeprom();
  switch_start(&birth);

  set_sleep_mode(SLEEP_MODE_IDLE);
  for (;;) {
    if (switch_loop() && _end == STACK_GUARD) wdt_reset();
    sleep_mode(); /* until the next byte or the next sample, half a millisecond at most */
  }
}

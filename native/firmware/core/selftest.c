#include "selftest.h"

#include "boots.h"
#include "causes.h"
#include "contacts.h"
#include "port.h"
#include "protocol.h"
#include "storage.h"

/* By then a disagreement of the contacts has shown. */
#define PLAUSIBLE_AFTER_MS 120
/* The counter of starts is written by then, or never will be. */
#define GIVE_UP_MS 400

static uint8_t failed;
static bool is_done;

void selftest_start(uint8_t failed_before) {
  failed = failed_before;
  is_done = false;
}

void selftest_task(void) {
  if (is_done || port_now_ms() < PLAUSIBLE_AFTER_MS || !contacts_are_known()) return;
  if (!storage_is_idle() && port_now_ms() < GIVE_UP_MS) return;
  if (!storage_is_idle() || !boots_are_stored()) failed |= SELF_TEST_EEPROM;
  if (contacts_causes() & CAUSE_CONTACTS) failed |= SELF_TEST_CONTACTS;
  is_done = true;
}

bool selftest_is_done(void) { return is_done; }

uint8_t selftest_failed(void) { return failed; }

uint8_t selftest_causes(void) { return (failed & ~SELF_TEST_CONTACTS) ? CAUSE_SELF_TEST : 0; }

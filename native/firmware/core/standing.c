#include "standing.h"

#include "causes.h"
#include "contacts.h"
#include "selftest.h"
#include "tamper.h"

uint8_t standing_causes(void) {
  return contacts_causes() | (tamper_is_open() ? CAUSE_TAMPER : 0) | selftest_causes();
}

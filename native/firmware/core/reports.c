#include "reports.h"

#include <string.h>

#include "boots.h"
#include "bytes.h"
#include "contacts.h"
#include "key.h"
#include "latch.h"
#include "port.h"
#include "protocol.h"
#include "reset.h"
#include "selftest.h"
#include "standing.h"
#include "tamper.h"

static struct birth birth;

void reports_start(const struct birth *of_board) { birth = *of_board; }

uint8_t report_hello(uint8_t *body, const struct session *session) {
  static const uint8_t version[3] = FIRMWARE_VERSION;
  body[0] = PROTOCOL_VERSION;
  memcpy(body + 1, version, 3);
  memcpy(body + 4, birth.image_hash, 8);
  body[12] = birth.reset_cause;
  body[13] = selftest_failed();
  body[14] = key_exists() ? FLAG_PAIRED : 0;
  body[15] = latch_causes();
  put_u32(body + 16, boots_count());
  put_u16(body + 20, session->number);
  return HELLO_BYTES;
}

static uint8_t latch_state(void) {
  if (latch_causes() == 0) return LATCH_CLEAR;
  if (reset_is_armed()) return LATCH_RESET_ARMED;
  return reset_is_permitted() ? LATCH_MAY_RESET : LATCH_TRIPPED;
}

uint8_t report_status(uint8_t *body, const struct session *session) {
  body[0] = latch_state();
  body[1] = latch_causes();
  body[2] = standing_causes();
  body[3] = contacts_inputs() | (tamper_is_open() ? INPUT_TAMPER_OPEN : 0) | (reset_is_pressed() ? INPUT_RESET_PRESSED : 0);
  body[4] = session->lamps;
  body[5] = session->host_mode;
  put_u32(body + 6, session->received);
  put_u32(body + 10, port_now_ms());
  put_u16(body + 14, tamper_reading());
  body[16] = session->bad_tags;
  put_u16(body + 17, session->bad_frames);
  body[19] = selftest_failed();
  return STATUS_BYTES;
}

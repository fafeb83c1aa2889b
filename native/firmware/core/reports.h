/* Bodies of the frames that tell the host about the board. */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdint.h>

#include "session.h"

/* What the hardware layer knows about this start. */
struct birth {
  uint8_t reset_cause;
  uint8_t failed_tests;
  uint8_t image_hash[8];
};

void reports_start(const struct birth *birth);
/* Each writes its body, and returns its length. */
uint8_t report_hello(uint8_t *body, const struct session *session);
uint8_t report_status(uint8_t *body, const struct session *session);

#endif

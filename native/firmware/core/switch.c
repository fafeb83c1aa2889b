#include "switch.h"

#include "anchor.h"
#include "boots.h"
#include "causes.h"
#include "commands.h"
#include "contacts.h"
#include "key.h"
#include "lamps.h"
#include "latch.h"
#include "port.h"
#include "protocol.h"
#include "reset.h"
#include "selftest.h"
#include "session.h"
#include "standing.h"
#include "storage.h"
#include "tamper.h"
#include "tasks.h"
#include "trip.h"

static uint32_t last_ms;

void switch_start(const struct birth *birth) {
  last_ms = port_now_ms();
  tasks_start();
  storage_start();
  latch_start();
  key_start();
  boots_start();
  anchor_start();
  tamper_start();
  reset_start();
  reports_start(birth);
  selftest_start(birth->failed_tests);
  session_start();
  if (birth->reset_cause & RESET_WATCHDOG) trip(CAUSE_WATCHDOG);
  if (latch_causes() != 0) session_tell_stop();
}

static void show_lamps(uint32_t now_ms) {
  const struct session *session = session_state();
  struct lamps_situation situation = {
      .causes = latch_causes(),
      .is_live = session->is_live,
      .was_live = session->was_live,
      .is_paired = key_exists(),
      .host_mode = session->host_mode,
      .may_reset = reset_is_permitted(),
      .is_reset_armed = reset_is_armed(),
  };
  uint8_t lamps = lamps_at(&situation, now_ms);
  port_show(lamps);
  session_show_lamps(lamps);
}

static void every_ms(uint32_t now_ms) {
  if (tamper_task()) tasks_report(TASK_TAMPER);
  selftest_task();
  reset_task(standing_causes());
  latch_task();
  if (storage_task()) tasks_report(TASK_STORAGE);
  commands_task();
  anchor_task();
  show_lamps(now_ms);
  tasks_report(TASK_LAMPS);
}

bool switch_loop(void) {
  if (contacts_were_sampled()) tasks_report(TASK_SAMPLER);
  trip(standing_causes());
  if (session_task()) tasks_report(TASK_SESSION);
  uint32_t now_ms = port_now_ms();
  if (now_ms != last_ms) {
    last_ms = now_ms;
    every_ms(now_ms);
  }
  return tasks_are_complete();
}

#include "reset.h"

#include "latch.h"
#include "port.h"

#define ARMED_MS 10000ul
#define STILL_MS 50

static bool is_pressed, is_permitted, is_armed, was_released, is_due;
static uint8_t still_ms;
static uint32_t armed_at_ms;

void reset_start(void) {
  is_pressed = is_permitted = is_armed = was_released = is_due = false;
  still_ms = 0;
}

static void sample(void) {
  if (port_reset_is_pressed() == is_pressed) {
    still_ms = 0;
  } else if (++still_ms >= STILL_MS) {
    is_pressed = !is_pressed;
    still_ms = 0;
  }
}

void reset_task(uint8_t standing) {
  sample();
  is_permitted = standing == 0 && latch_causes() != 0;
  if (!is_permitted || port_now_ms() - armed_at_ms >= ARMED_MS) is_armed = is_due = false;
  if (!is_armed) return;
  /* A button that was down before the desk asked is stuck or taped: only a press of its own counts. */
  if (!is_pressed) was_released = true;
  else if (was_released) is_due = true;
  if (is_due && latch_clear()) is_armed = is_due = false;
}

bool reset_arm(void) {
  if (!is_permitted) return false;
  is_armed = true;
  was_released = is_due = false;
  armed_at_ms = port_now_ms();
  return true;
}

bool reset_is_armed(void) { return is_armed; }

bool reset_is_permitted(void) { return is_permitted; }

bool reset_is_pressed(void) { return is_pressed; }

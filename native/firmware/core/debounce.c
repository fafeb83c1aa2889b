#include "debounce.h"

void debounce_start(struct debounce *contact) { *contact = (struct debounce){0}; }

void debounce_sample(struct debounce *contact, bool level, bool had_edge) {
  if (had_edge || level != contact->level) {
    contact->level = level;
    contact->still = 0;
  } else if (contact->still < DEBOUNCE_CLEAR_SAMPLES) {
    contact->still++;
  }

  if (contact->still >= DEBOUNCE_TRIP_SAMPLES) {
    contact->unsettled = 0;
    contact->is_known = true;
    if (level) contact->is_active = true;
  } else if (contact->unsettled < DEBOUNCE_UNSTABLE_SAMPLES) {
    contact->unsettled++;
  }
  if (!level && contact->still >= DEBOUNCE_CLEAR_SAMPLES) contact->is_active = false;
}

bool debounce_is_unstable(const struct debounce *contact) { return contact->unsettled >= DEBOUNCE_UNSTABLE_SAMPLES; }

/* One contact: how long it has been still, and what that makes it. */
#ifndef DEBOUNCE_H
#define DEBOUNCE_H

#include <stdbool.h>
#include <stdint.h>

/* In samples of half a millisecond. Quick to trip, slow to clear. */
#define DEBOUNCE_TRIP_SAMPLES 10      /*   5 ms */
#define DEBOUNCE_CLEAR_SAMPLES 100    /*  50 ms */
#define DEBOUNCE_UNSTABLE_SAMPLES 400 /* 200 ms: longer than the worst bounce of a sound contact */

struct debounce {
  uint16_t still;     /* since the last edge */
  uint16_t unsettled; /* since it was last still for as long as a trip takes */
  bool level;         /* as last seen; true is what trips */
  bool is_active;
  bool is_known; /* it has been still once */
};

void debounce_start(struct debounce *contact);
/* `had_edge`: the contact moved since the last sample, even if it has come back. */
void debounce_sample(struct debounce *contact, bool level, bool had_edge);
/* It has not come to rest for so long that it is broken. */
bool debounce_is_unstable(const struct debounce *contact);

#endif

#include "trip.h"

#include "anchor.h"
#include "latch.h"
#include "session.h"

void trip(uint8_t causes) {
  if (!latch_trip(causes)) return;
  session_tell_stop();
  anchor_hurry();
}

/*
 * The conversation with the desk. A session opens when the desk proves the key over its own challenge and over this start's number,
 * and ends when the desk is silent: nothing recorded earlier opens one, and none goes on by itself.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

struct session {
  bool is_live;
  bool was_live; /* since the start */
  uint8_t challenge[CHALLENGE_NONCE_BYTES];
  uint16_t number; /* of the next session in this start */
  uint32_t sent, received; /* sequences */
  uint32_t heard_at_ms;
  uint8_t bad_tags;
  uint16_t bad_frames;
  uint8_t host_mode;
  uint8_t lamps; /* as shown now */
};

void session_start(void);
/*
 * Sends what is due, or takes at most one frame: never more than one tag is computed in a call. @returns false when bytes to be
 * sent do not leave.
 */
bool session_task(void);
/* The latch has a new cause: the desk is told at once, and again until it is in emergency itself. */
void session_tell_stop(void);
void session_show_lamps(uint8_t lamps);
const struct session *session_state(void);

#endif

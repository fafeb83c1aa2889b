#include "session.h"

#include <string.h>

#include "commands.h"
#include "key.h"
#include "latch.h"
#include "port.h"
#include "protocol.h"
#include "reports.h"
#include "selftest.h"

#define STOP_REPEATS 5
#define STOP_PACE_MS 20
/* The buffer holds 128 bytes, 12 ms of the line. */
#define STUCK_MS 100

static struct session session;
static struct frame_reader reader;
static struct frame frame; /* the one being sent or taken: there is never more than one */
static uint8_t stops_left;
static uint32_t stop_at_ms, status_at_ms, hello_at_ms, sendable_at_ms;

void session_start(void) {
  session = (struct session){0};
  reader = (struct frame_reader){0};
  stops_left = 0;
  stop_at_ms = status_at_ms = sendable_at_ms = port_now_ms();
  hello_at_ms = port_now_ms() - HELLO_MS;
  commands_start();
}

const struct session *session_state(void) { return &session; }

void session_show_lamps(uint8_t lamps) { session.lamps = lamps; }

void session_tell_stop(void) {
  stops_left = STOP_REPEATS;
  stop_at_ms = port_now_ms() - STOP_PACE_MS;
}

/* Sends `frame`, whose type and body are set. */
static bool send(bool is_tagged) {
  static const uint8_t no_challenge[CHALLENGE_NONCE_BYTES];
  uint8_t wire[FRAME_MAX_WIRE];
  frame.sequence = session.sent + 1;
  if (is_tagged && key_exists()) {
    const uint8_t *challenge = session.is_live ? session.challenge : no_challenge;
    frame_tag(&frame, DIRECTION_TO_HOST, key_bytes(), challenge, frame.tag);
  } else {
    memset(frame.tag, 0, SIPHASH_TAG_BYTES);
  }
  if (!port_send(wire, frame_encode(&frame, wire))) return false;
  session.sent++;
  sendable_at_ms = port_now_ms();
  return true;
}

static bool send_stop(uint32_t now_ms) {
  if (stops_left == 0 || now_ms - stop_at_ms < STOP_PACE_MS) return false;
  frame.type = TYPE_BOARD_STOP;
  frame.body[0] = latch_causes();
  frame.length = BOARD_STOP_BYTES;
  if (send(true)) {
    stop_at_ms = now_ms;
    stops_left--;
  }
  return true;
}

static bool send_reply(void) {
  if (!commands_reply(&frame)) return false;
  if (send(true)) commands_replied();
  return true;
}

static bool send_state(uint32_t now_ms) {
  if (session.is_live) {
    if (now_ms - status_at_ms < HEARTBEAT_MS) return false;
    frame.type = TYPE_STATUS;
    frame.length = report_status(frame.body, &session);
    if (send(true)) status_at_ms = now_ms;
    return true;
  }
  if (!selftest_is_done() || now_ms - hello_at_ms < HELLO_MS) return false;
  frame.type = TYPE_HELLO;
  frame.length = report_hello(frame.body, &session);
  if (send(false)) hello_at_ms = now_ms;
  return true;
}

static void receive(uint32_t now_ms) {
  uint8_t byte;
  /* One frame's worth: with a sender that never stops, the other tasks still have their turn. */
  for (uint8_t i = 0; i < FRAME_MAX_WIRE && port_receive(&byte); i++) {
    enum frame_result result = frame_take(&reader, byte, &frame);
    if (result == FRAME_INCOMPLETE) continue;
    if (result == FRAME_BAD) {
      if (session.bad_frames < UINT16_MAX) session.bad_frames++;
      continue;
    }
    bool was_live = session.is_live;
    commands_take(&session, &frame, now_ms);
    if (!was_live && session.is_live) status_at_ms = now_ms - HEARTBEAT_MS; /* the proof that the desk waits for */
    return;
  }
}

bool session_task(void) {
  uint32_t now_ms = port_now_ms();
  if (session.is_live && now_ms - session.heard_at_ms >= LINK_LOST_MS) session.is_live = false;
  if (session.is_live && session.host_mode == MODE_EMERGENCY) stops_left = 0;
  bool is_due = send_stop(now_ms) || send_reply() || send_state(now_ms);
  if (!is_due) {
    sendable_at_ms = now_ms;
    receive(now_ms);
  }
  return now_ms - sendable_at_ms < STUCK_MS;
}

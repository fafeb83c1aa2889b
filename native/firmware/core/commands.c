#include "commands.h"

#include <string.h>

#include "anchor.h"
#include "boots.h"
#include "bytes.h"
#include "causes.h"
#include "key.h"
#include "latch.h"
#include "protocol.h"
#include "reset.h"
#include "storage.h"
#include "tamper.h"
#include "trip.h"

/* How far the desk may be behind in hearing the board: in heartbeats, one and a half seconds. */
#define MAX_UNHEARD 16

static struct {
  uint8_t type; /* of the command; 0 when no answer waits */
  uint32_t sequence;
  uint8_t outcome;
} answer;
static bool is_pairing;

void commands_start(void) {
  answer.type = 0;
  is_pairing = false;
}

static void reply(const struct frame *frame, uint8_t outcome) {
  answer.type = frame->type;
  answer.sequence = frame->sequence;
  answer.outcome = outcome;
}

static void count_bad_tag(struct session *session) {
  if (session->bad_tags < UINT8_MAX) session->bad_tags++;
  if (session->bad_tags > MAX_BAD_TAGS) trip(CAUSE_BAD_TAGS);
}

static bool is_proven(const struct frame *frame, const uint8_t *challenge) {
  uint8_t tag[SIPHASH_TAG_BYTES], difference = 0;
  frame_tag(frame, DIRECTION_TO_BOARD, key_bytes(), challenge, tag);
  /* All of it, always: how long a comparison takes must not tell how much was right. */
  for (uint8_t i = 0; i < SIPHASH_TAG_BYTES; i++) difference |= tag[i] ^ frame->tag[i];
  return difference == 0;
}

static void open_session(struct session *session, const struct frame *frame, uint32_t now_ms) {
  if (session->is_live) return;
  if (!key_exists()) {
    reply(frame, OUTCOME_UNPAIRED);
    return;
  }
  bool is_of_this_start = frame->length == CHALLENGE_BYTES && get_u32(frame->body + 8) == boots_count() &&
                          get_u16(frame->body + 12) == session->number;
  if (!is_of_this_start || !is_proven(frame, frame->body)) {
    count_bad_tag(session);
    return;
  }
  memcpy(session->challenge, frame->body, CHALLENGE_NONCE_BYTES);
  session->is_live = session->was_live = true;
  session->number++;
  session->sent = 0;
  session->received = frame->sequence;
  session->heard_at_ms = now_ms;
  session->bad_tags = 0;
  session->host_mode = MODE_PAUSE; /* nothing is normal before the desk has said so */
}

static void pair(struct session *session, const struct frame *frame) {
  if (session->is_live || frame->length != SIPHASH_KEY_BYTES) return;
  bool is_at_the_bench = tamper_is_open() && reset_is_pressed();
  if (key_exists() && !is_at_the_bench) reply(frame, OUTCOME_REFUSED);
  else if (is_pairing || !key_write(frame->body)) reply(frame, OUTCOME_BUSY);
  else {
    is_pairing = true;
    answer.type = 0;
    answer.sequence = frame->sequence;
  }
}

void commands_task(void) {
  if (!is_pairing || !storage_is_idle()) return;
  is_pairing = false;
  key_load();
  answer.type = TYPE_PAIR;
  answer.outcome = key_exists() ? OUTCOME_DONE : OUTCOME_REFUSED;
}

static void heartbeat(struct session *session, const struct frame *frame, uint32_t now_ms) {
  uint8_t mode = frame->body[0];
  if (frame->length != HEARTBEAT_BYTES || mode > MODE_EMERGENCY) return;
  session->host_mode = mode;
  /* A desk that speaks but does not hear cannot be stopped: that is no link. */
  if (session->sent - get_u32(frame->body + 1) <= MAX_UNHEARD) session->heard_at_ms = now_ms;
}

static void obey(struct session *session, const struct frame *frame, uint32_t now_ms) {
  uint8_t anchor[ANCHOR_BYTES];
  switch (frame->type) {
    case TYPE_HEARTBEAT:
      heartbeat(session, frame, now_ms);
      break;
    case TYPE_RESET:
      reply(frame, reset_arm() ? OUTCOME_DONE : OUTCOME_REFUSED);
      break;
    case TYPE_ANCHOR_WRITE:
      if (frame->length != ANCHOR_BYTES) break;
      anchor_store(frame->body);
      reply(frame, OUTCOME_DONE);
      break;
    case TYPE_ANCHOR_READ:
      reply(frame, anchor_read(anchor) ? OUTCOME_DONE : OUTCOME_NOTHING);
      break;
    default:
      if (session->bad_frames < UINT16_MAX) session->bad_frames++;
  }
}

void commands_take(struct session *session, const struct frame *frame, uint32_t now_ms) {
  if (frame->type == TYPE_HOST_STOP) {
    trip(CAUSE_HOST);
  } else if (frame->type == TYPE_CHALLENGE) {
    open_session(session, frame, now_ms);
  } else if (frame->type == TYPE_PAIR) {
    pair(session, frame);
  } else if (session->is_live) {
    /* A right tag on a sequence that has been is a recording. */
    if (frame->sequence <= session->received || !is_proven(frame, session->challenge)) {
      count_bad_tag(session);
      return;
    }
    session->received = frame->sequence;
    obey(session, frame, now_ms);
  }
}

bool commands_reply(struct frame *frame) {
  if (answer.type == 0) return false;
  if (answer.type == TYPE_ANCHOR_READ && answer.outcome == OUTCOME_DONE) {
    frame->type = TYPE_ANCHOR;
    anchor_read(frame->body);
    frame->length = ANCHOR_BYTES;
    return true;
  }
  frame->type = TYPE_RESULT;
  frame->body[0] = answer.type;
  put_u32(frame->body + 1, answer.sequence);
  frame->body[5] = answer.outcome;
  frame->length = RESULT_BYTES;
  return true;
}

void commands_replied(void) { answer.type = 0; }

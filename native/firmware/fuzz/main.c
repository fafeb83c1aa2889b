/*
 * Fuzzes the core on a workstation, under sanitizers: random, damaged and forged frames, contacts that move, power that goes.
 * usage: fuzz FRAMES
 * Fails when anybody without the key opens a session or clears the latch, or when the core touches what it must not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/commands.h"
#include "../core/contacts.h"
#include "../core/frame.h"
#include "../core/key.h"
#include "../core/latch.h"
#include "../core/protocol.h"
#include "../core/session.h"
#include "../core/switch.h"
#include "fuzz.h"

static const uint8_t KEY[SIPHASH_KEY_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static struct frame said; /* by the board, the newest */
static struct frame_reader reader;
static uint64_t state = 88172645463325252u;

/* Xorshift: the same frames in every run. */
static uint32_t random_below(uint32_t limit) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 16) % limit;
}

static void fail(const char *what, unsigned long frame) {
  fprintf(stderr, "frame %lu: %s\n", frame, what);
  abort();
}

void world_hear(uint8_t byte) {
  struct frame frame;
  if (frame_take(&reader, byte, &frame) == FRAME_GOOD) said = frame;
}

static void pass_ms(uint32_t ms) {
  for (uint32_t i = 0; i < ms; i++) {
    for (int sample = 0; sample < 2; sample++) contacts_sample(world.nc_is_open, false, world.no_is_closed, false);
    world.now_ms++;
    for (int turn = 0; turn < 8; turn++) switch_loop();
  }
}

static void start(void) {
  struct birth birth = {.reset_cause = (uint8_t)(1u << random_below(4))};
  world.eeprom_ready_at_ms = world.now_ms;
  contacts_start();
  switch_start(&birth);
  pass_ms(200);
}

static void put(const uint8_t *bytes, uint8_t length) {
  if (world.line_at == world.line_length) world.line_at = world.line_length = 0;
  if ((size_t)world.line_length + length > sizeof world.line) return;
  memcpy(world.line + world.line_length, bytes, length);
  world.line_length += length;
}

static void put_frame(struct frame *frame, const uint8_t *challenge) {
  uint8_t wire[FRAME_MAX_WIRE];
  if (challenge != NULL) frame_tag(frame, DIRECTION_TO_BOARD, KEY, challenge, frame->tag);
  put(wire, frame_encode(frame, wire));
}

/* A desk that has the key: only it may get anywhere. */
static void open_session(void) {
  struct frame frame = {.type = TYPE_CHALLENGE, .sequence = 1, .length = CHALLENGE_BYTES};
  pass_ms(LINK_LOST_MS + HELLO_MS);
  if (said.type != TYPE_HELLO) return;
  for (uint8_t i = 0; i < CHALLENGE_NONCE_BYTES; i++) frame.body[i] = (uint8_t)random_below(256);
  memcpy(frame.body + CHALLENGE_NONCE_BYTES, said.body + 16, 6);
  put_frame(&frame, frame.body);
  pass_ms(3);
}

static void bad_frame(void) {
  static const uint8_t types[] = {TYPE_CHALLENGE, TYPE_HEARTBEAT, TYPE_HOST_STOP, TYPE_RESET, TYPE_ANCHOR_WRITE, TYPE_ANCHOR_READ};
  static const uint8_t lengths[] = {CHALLENGE_BYTES, HEARTBEAT_BYTES, 0, 0, 24, 0};
  uint8_t bytes[FRAME_MAX_WIRE + 8];
  uint32_t kind = random_below(4), known = random_below(sizeof types);
  struct frame frame = {.type = types[known], .sequence = random_below(1u << 20), .length = lengths[known]};
  if (random_below(8) == 0) frame.length = (uint8_t)random_below(FRAME_MAX_BODY + 1);
  for (uint8_t i = 0; i < frame.length; i++) frame.body[i] = (uint8_t)random_below(256);
  for (uint8_t i = 0; i < SIPHASH_TAG_BYTES; i++) frame.tag[i] = (uint8_t)random_below(256);
  uint8_t length = frame_encode(&frame, bytes);
  if (kind == 0) {
    length = (uint8_t)random_below(sizeof bytes + 1);
    for (uint8_t i = 0; i < length; i++) bytes[i] = (uint8_t)random_below(256);
  } else if (kind == 1) {
    bytes[random_below(length)] = (uint8_t)random_below(256);
  }
  put(bytes, length);
  put((const uint8_t[]){0}, 1);
}

static void disturb(void) {
  switch (random_below(6)) {
    case 0: world.nc_is_open = !world.nc_is_open; break;
    case 1: world.no_is_closed = !world.no_is_closed; break;
    case 2: world.tamper = (uint16_t)(random_below(2) ? 512 : random_below(1024)); break;
    case 3: world.reset_is_pressed = !world.reset_is_pressed; break;
    case 4: /* the power goes and comes back, but not within the few milliseconds that a trip needs to be written */
      pass_ms(50);
      start();
      break;
    default: pass_ms(random_below(400));
  }
}

int main(int count, char **arguments) {
  unsigned long frames = count == 2 ? strtoul(arguments[1], NULL, 10) : 0;
  if (frames == 0) {
    fprintf(stderr, "usage: fuzz FRAMES\n");
    return 2;
  }
  world_start();
  start();
  key_write(KEY);
  pass_ms(200);
  key_load();
  latch_clear();
  pass_ms(100);
  if (latch_causes() != 0) fail("the latch cannot be cleared: the fuzzer tests nothing", 0);
  bool was_live = false;
  unsigned long opened = 0;
  for (unsigned long i = 0; i < frames; i++) {
    uint8_t causes = latch_causes();
    if (random_below(5000) == 0) {
      open_session();
      was_live = session_state()->is_live;
      opened += was_live;
    } else if (random_below(500) == 0) {
      disturb();
    }
    causes |= latch_causes();
    bad_frame();
    pass_ms(random_below(3) == 0);
    if (session_state()->is_live && !was_live) fail("a session without the key", i);
    if ((causes & ~latch_causes()) != 0) fail("the latch lost a cause", i);
    was_live = session_state()->is_live;
  }
  if (opened == 0) fail("no session was ever open: the fuzzer tests nothing", frames);
  if (world.delivered < frames) fail("the line lost too many frames", world.delivered);
  printf("%lu frames delivered, %lu sessions opened with the key, none without\n", world.delivered, opened);
  return 0;
}

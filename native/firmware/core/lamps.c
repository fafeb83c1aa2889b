#include "lamps.h"

#include "causes.h"
#include "protocol.h"

/* Every lamp is lit for this long after the start, so that a dead one is seen. */
#define LAMP_TEST_MS 1000

/* Sixteen steps of 64 ms, the first one in the lowest bit. */
#define STEP_SHIFT 6
#define DARK 0x0000
#define STEADY 0xffff
#define WINK 0xfffe /* a lamp that is only on could belong to a dead board */
#define SLOW 0x00ff
#define FAST 0x3333
#define SINGLE 0x0001
#define DOUBLE 0x0005
#define TRIPLE 0x0015

static uint16_t red(const struct lamps_situation *s) {
  if (s->causes & (CAUSE_SELF_TEST | CAUSE_STORAGE | CAUSE_WATCHDOG)) return FAST;
  if (s->causes & (CAUSE_TAMPER | CAUSE_BAD_TAGS)) return DOUBLE;
  if (s->causes & CAUSE_CONTACTS) return TRIPLE;
  if (s->causes) return STEADY;
  return s->is_live && s->host_mode == MODE_EMERGENCY ? SLOW : DARK;
}

static uint16_t yellow(const struct lamps_situation *s) {
  if (!s->is_live) return s->was_live ? FAST : DARK;
  if (s->host_mode == MODE_PAUSE) return SLOW;
  return s->host_mode == MODE_REDUCE ? DOUBLE : DARK;
}

static uint16_t green(const struct lamps_situation *s) {
  return s->is_live && s->causes == 0 && s->host_mode == MODE_NORMAL ? WINK : DARK;
}

static uint16_t blue(const struct lamps_situation *s) {
  if (!s->is_paired) return DOUBLE;
  if (!s->is_live) return s->was_live ? DARK : SINGLE;
  if (s->is_reset_armed) return FAST;
  return s->may_reset ? SLOW : DARK;
}

uint8_t lamps_at(const struct lamps_situation *s, uint32_t now_ms) {
  if (now_ms < LAMP_TEST_MS) return LAMP_ALL;
  uint16_t step = (uint16_t)1 << ((now_ms >> STEP_SHIFT) & 15);
  uint8_t lit = 0;
  if (red(s) & step) lit |= LAMP_RED;
  if (yellow(s) & step) lit |= LAMP_YELLOW;
  if (green(s) & step) lit |= LAMP_GREEN;
  if (blue(s) & step) lit |= LAMP_BLUE;
  return lit;
}

/*
 * What the four lamps show. Each situation has a colour and a pattern of its own: neither alone has to be recognised.
 */
#ifndef LAMPS_H
#define LAMPS_H

#include <stdbool.h>
#include <stdint.h>

#define LAMP_RED 0x01    /* emergency */
#define LAMP_YELLOW 0x02 /* abnormal */
#define LAMP_GREEN 0x04  /* normal */
#define LAMP_BLUE 0x08   /* somebody has to act */
#define LAMP_ALL 0x0f

struct lamps_situation {
  uint8_t causes; /* of the latch */
  bool is_live;
  bool was_live; /* since the start */
  bool is_paired;
  uint8_t host_mode; /* of protocol.h; means something while live */
  bool may_reset;
  bool is_reset_armed;
};

/* Bits of the lamps that are lit `now_ms` after the start. */
uint8_t lamps_at(const struct lamps_situation *situation, uint32_t now_ms);

#endif

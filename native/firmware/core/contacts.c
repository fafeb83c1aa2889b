#include "contacts.h"

#include "causes.h"
#include "debounce.h"

static struct debounce normally_closed, normally_open;
static uint16_t disagreeing;
/* One byte each, so that the loop reads them whole between two interrupts. */
static volatile uint8_t causes, inputs;
static volatile bool is_known, was_sampled;

void contacts_start(void) {
  debounce_start(&normally_closed);
  debounce_start(&normally_open);
  disagreeing = 0;
  causes = inputs = 0;
  is_known = was_sampled = false;
}

void contacts_sample(bool nc_is_open, bool nc_had_edge, bool no_is_closed, bool no_had_edge) {
  debounce_sample(&normally_closed, nc_is_open, nc_had_edge);
  debounce_sample(&normally_open, no_is_closed, no_had_edge);
  if (normally_closed.is_active == normally_open.is_active) disagreeing = 0;
  else if (disagreeing < CONTACTS_DISAGREE_SAMPLES) disagreeing++;

  bool is_unstable = debounce_is_unstable(&normally_closed) || debounce_is_unstable(&normally_open);
  uint8_t now = 0;
  if (normally_closed.is_active || normally_open.is_active) now |= CAUSE_BUTTON;
  if (is_unstable || disagreeing >= CONTACTS_DISAGREE_SAMPLES) now |= CAUSE_CONTACTS;
  causes = now;
  inputs = (nc_is_open ? INPUT_NC_OPEN : 0) | (no_is_closed ? INPUT_NO_CLOSED : 0);
  is_known = is_unstable || (normally_closed.is_known && normally_open.is_known);
  was_sampled = true;
}

uint8_t contacts_causes(void) { return causes; }

uint8_t contacts_inputs(void) { return inputs; }

bool contacts_are_known(void) { return is_known; }

bool contacts_were_sampled(void) {
  bool was = was_sampled;
  was_sampled = false;
  return was;
}

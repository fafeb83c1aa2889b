/* The emergency-stop button: two contacts that must tell the same. */
#ifndef CONTACTS_H
#define CONTACTS_H

#include <stdbool.h>
#include <stdint.h>

#define CONTACTS_DISAGREE_SAMPLES 200 /* 100 ms */

/* Bits of contacts_inputs(). */
#define INPUT_NC_OPEN 0x01
#define INPUT_NO_CLOSED 0x02

void contacts_start(void);
/* Every half millisecond, from the timer's interrupt: a slow loop must not make a press longer. */
void contacts_sample(bool nc_is_open, bool nc_had_edge, bool no_is_closed, bool no_had_edge);
/* What stands against a reset now: CAUSE_BUTTON, CAUSE_CONTACTS. */
uint8_t contacts_causes(void);
/* As last sampled, not debounced. */
uint8_t contacts_inputs(void);
/* Each contact has come to rest, or was given up. */
bool contacts_are_known(void);
/* Whether samples were taken since the last call. */
bool contacts_were_sampled(void);

#endif

/*
 * Where everything is connected (Arduino Nano's names in brackets). Each contact is on a port of its own, so that each has a flag of
 * its own that tells of edges between two samples.
 *
 *   PD2 (D2)  normally-closed contact to ground    PD5 (D5)  red lamp
 *   PB1 (D9)  normally-open contact to ground      PD6 (D6)  yellow lamp
 *   PD4 (D4)  recessed reset button to ground      PD7 (D7)  green lamp
 *   PC0 (A0)  tamper loop                          PB0 (D8)  blue lamp
 */
#ifndef PINS_H
#define PINS_H

#include <stdbool.h>
#include <stdint.h>

void pins_start(void);
/* Open contacts are pulled up: a broken wire of the normally-closed one looks like a press. */
bool pins_nc_is_open(void);
bool pins_no_is_closed(void);
/* Whether the contact moved since the last call. Ask before its level: an edge in between is then told twice, never missed. */
bool pins_nc_had_edge(void);
bool pins_no_had_edge(void);
/* Switches each lamp on and off. @returns whether every pin followed: one that is shorted does not. */
bool pins_lamps_follow(void);

#endif

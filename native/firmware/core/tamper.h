/*
 * The tamper loop: a resistor at its end and one of the same size above it halve the supply, so that an open loop, a short one and
 * a drifting one all leave the middle.
 */
#ifndef TAMPER_H
#define TAMPER_H

#include <stdbool.h>
#include <stdint.h>

/* Readings of 1023 at the supply: a tenth of it around the middle, ten times what resistors of 1 % need. */
#define TAMPER_LOWEST 461
#define TAMPER_HIGHEST 563
#define TAMPER_TRIP_READINGS 10  /* ms */
#define TAMPER_CLEAR_READINGS 50 /* ms */

void tamper_start(void);
/* Every millisecond. @returns whether the converter answered. */
bool tamper_task(void);
bool tamper_is_open(void);
/* 0..1023 */
uint16_t tamper_reading(void);

#endif

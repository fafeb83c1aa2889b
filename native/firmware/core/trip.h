/* The one way into the latch. */
#ifndef TRIP_H
#define TRIP_H

#include <stdint.h>

/* Bits of causes.h, may be none. */
void trip(uint8_t causes);

#endif

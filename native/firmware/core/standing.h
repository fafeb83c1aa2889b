/* The causes that are there at this moment, whatever the latch remembers. */
#ifndef STANDING_H
#define STANDING_H

#include <stdint.h>

uint8_t standing_causes(void);

#endif

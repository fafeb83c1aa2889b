/*
 * The reset of the latch takes two: the desk asks for it, and then a hand presses the recessed button. Neither can do it alone, and
 * neither can while something stands against it. What the desk does with a clear latch is its own affair: a reset resumes nothing.
 */
#ifndef RESET_H
#define RESET_H

#include <stdbool.h>
#include <stdint.h>

void reset_start(void);
/* Every millisecond. `standing`: the causes that are there now. */
void reset_task(uint8_t standing);
/* The desk asks for a reset. @returns false when nothing is tripped, or something stands against it. */
bool reset_arm(void);
bool reset_is_armed(void);
/* The latch is tripped, and nothing stands against a reset. */
bool reset_is_permitted(void);
/* The recessed button, debounced. */
bool reset_is_pressed(void);

#endif

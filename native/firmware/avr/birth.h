/* What happens before main(), and what is known of it afterwards. */
#ifndef BIRTH_H
#define BIRTH_H

#include <stdbool.h>
#include <stdint.h>

/* Why the board started: MCUSR as it was found. */
uint8_t birth_reset_cause(void);
bool birth_ram_is_good(void);

#endif

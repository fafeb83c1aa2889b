/* The kill switch: all tasks in their order. */
#ifndef SWITCH_H
#define SWITCH_H

#include <stdbool.h>

#include "reports.h"

/* Interrupts may be on already, the EEPROM is ready. */
void switch_start(const struct birth *birth);
/* After every interrupt. @returns whether every task has done its work, so that the watchdog may be kicked. */
bool switch_loop(void);

#endif

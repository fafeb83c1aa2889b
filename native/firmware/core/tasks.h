/* Who has done its work since the watchdog was last kicked. It is kicked only when all have: one stuck task resets the board. */
#ifndef TASKS_H
#define TASKS_H

#include <stdbool.h>
#include <stdint.h>

#define TASK_SAMPLER 0x01
#define TASK_TAMPER 0x02
#define TASK_STORAGE 0x04
#define TASK_SESSION 0x08
#define TASK_LAMPS 0x10

void tasks_start(void);
void tasks_report(uint8_t task);
/* Whether everybody has reported; then everybody has to again. */
bool tasks_are_complete(void);

#endif

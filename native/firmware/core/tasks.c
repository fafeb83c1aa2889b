#include "tasks.h"

#define ALL (TASK_SAMPLER | TASK_TAMPER | TASK_STORAGE | TASK_SESSION | TASK_LAMPS)

static uint8_t reported;

void tasks_start(void) { reported = 0; }

void tasks_report(uint8_t task) { reported |= task; }

bool tasks_are_complete(void) {
  if (reported != ALL) return false;
  reported = 0;
  return true;
}

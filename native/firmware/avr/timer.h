/* The half millisecond in which the contacts are sampled, and the clock made of it. */
#ifndef TIMER_H
#define TIMER_H

/* Interrupts have to be on for it to run. */
void timer_start(void);

#endif

/* What the frames of the desk do. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "session.h"

void commands_start(void);
/* A stop acts as it comes; everything else only with a right tag of this session, and only once. */
void commands_take(struct session *session, const struct frame *frame, uint32_t now_ms);
/* Every millisecond: ends a pairing under way. */
void commands_task(void);
/* Writes the type and body of the answer that waits. @returns false when none does. */
bool commands_reply(struct frame *frame);
void commands_replied(void);

#endif

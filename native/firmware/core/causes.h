/* Why the board is tripped: bits, in the EEPROM and on the wire. */
#ifndef CAUSES_H
#define CAUSES_H

#define CAUSE_BUTTON 0x01
#define CAUSE_CONTACTS 0x02 /* the two contacts disagree, or one does not come to rest */
#define CAUSE_TAMPER 0x04
#define CAUSE_BAD_TAGS 0x08
#define CAUSE_HOST 0x10
#define CAUSE_SELF_TEST 0x20
#define CAUSE_WATCHDOG 0x40
#define CAUSE_STORAGE 0x80 /* the EEPROM holds no latch that can be trusted */

#endif

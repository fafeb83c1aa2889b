/*
 * What the core asks of the hardware. avr/ answers on the board, fuzz/ on a workstation: nothing else in core/ knows where it runs.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Since the start; wraps after 49 days, so only differences mean anything. */
uint32_t port_now_ms(void);

bool port_eeprom_is_ready(void);
uint8_t port_eeprom_read(uint16_t address);
/* Starts to erase and write one byte, 3.4 ms. Only when ready. */
void port_eeprom_write(uint16_t address, uint8_t value);
/* Starts to clear those bits that are 0 in `value`, 1.8 ms: there is no moment at which bits already clear are set again. */
void port_eeprom_clear_bits(uint16_t address, uint8_t value);

/* Queues all of it, or nothing and says so. */
bool port_send(const uint8_t *bytes, uint8_t length);
bool port_receive(uint8_t *byte);

/* Bits of lamps.h. */
void port_show(uint8_t lamps);
bool port_reset_is_pressed(void);
/* The newest reading of the tamper loop, 0..1023, and starts the next; false while the converter still works. */
bool port_read_tamper(uint16_t *reading);

#endif

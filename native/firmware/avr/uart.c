#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "../core/port.h"

#define RING_BYTES 128 /* a power of two; indices run freely and are masked */
#define MASK (RING_BYTES - 1)
/* 117647 baud at double speed: 2.1 % fast, which both common USB bridges take. */
#define DIVIDER 16

static uint8_t received[RING_BYTES], to_send[RING_BYTES];
static volatile uint8_t receive_in, receive_out, send_in, send_out;

void uart_start(void) {
  UBRR0 = DIVIDER;
  UCSR0A = _BV(U2X0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

ISR(USART_RX_vect) {
  bool is_broken = UCSR0A & (_BV(FE0) | _BV(DOR0));
  uint8_t byte = UDR0;
  /* A byte that is lost or broken breaks its frame's checksum: no need to tell of it here. */
  if (is_broken || (uint8_t)(receive_in - receive_out) == RING_BYTES) return;
  received[receive_in & MASK] = byte;
  receive_in++;
}

ISR(USART_UDRE_vect) {
  UDR0 = to_send[send_out & MASK];
  send_out++;
  if (send_out == send_in) UCSR0B &= (uint8_t)~_BV(UDRIE0);
}

bool port_send(const uint8_t *bytes, uint8_t length) {
  uint8_t in = send_in;
  if (length > RING_BYTES - (uint8_t)(in - send_out)) return false;
  for (uint8_t i = 0; i < length; i++) to_send[in++ & MASK] = bytes[i];
  send_in = in;
  UCSR0B |= _BV(UDRIE0);
  return true;
}

bool port_receive(uint8_t *byte) {
  uint8_t out = receive_out;
  if (out == receive_in) return false;
  *byte = received[out & MASK];
  receive_out = out + 1;
  return true;
}

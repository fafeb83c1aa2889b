/* The serial line, 115200 baud, 8N1, with a ring of bytes in each direction. */
#ifndef UART_H
#define UART_H

void uart_start(void);

#endif

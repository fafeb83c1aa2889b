/*
 * The kill switch's firmware under simavr, in real time, with its serial line on a pseudo-terminal: what a desk opens as a port.
 * usage: board FIRMWARE.hex LINK
 * LINK becomes a symbolic link to the terminal. Says "ready" on stdout; obeys the commands below, one a line on stdin; ends with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <avr_adc.h>
#include <avr_ioport.h>
#include <avr_uart.h>
#include <sim_avr.h>
#include <sim_cycle_timers.h>
#include <sim_hex.h>
#include <sim_io.h>
#include <sim_time.h>

#define CLOCK_HZ 16000000ul
#define PACE_US 100
#define SUPPLY_MV 5000
#define LOOP_CLOSED_MV 2500
#define PCIFR 0x3b

static avr_t *avr;
static int line;
static avr_irq_t *uart_input;
static struct timespec started;
static avr_cycle_count_t paced_at;

static void fail(const char *what) {
  fprintf(stderr, "board: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* Pins as in native/firmware/avr/pins.h. A closed contact pulls down, an open one is pulled up. */
static bool nc_is_open, no_is_closed, reset_is_held;
static int loop_mv = LOOP_CLOSED_MV;

/* Told twice: what the port reads again whenever the program writes to it, and what it reads now. */
static void set_pin(char port, uint8_t pin, bool level) {
  avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(port), pin), level);
}

static void wire(void) {
  avr_ioport_external_t d = {.name = 'D', .mask = 0x14, .value = (uint8_t)((nc_is_open << 2) | (!reset_is_held << 4))};
  avr_ioport_external_t b = {.name = 'B', .mask = 0x02, .value = (uint8_t)(!no_is_closed << 1)};
  avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('D'), &d);
  avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('B'), &b);
  set_pin('D', 2, nc_is_open);
  set_pin('D', 4, !reset_is_held);
  set_pin('B', 1, !no_is_closed);
  avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0), (uint32_t)loop_mv);
}

/* A pin that is told what it was told before hears nothing, but a reset has emptied its register. */
static void wire_again(void) {
  set_pin('D', 2, !nc_is_open);
  set_pin('D', 4, reset_is_held);
  set_pin('B', 1, no_is_closed);
  wire();
}

static void press(void) { nc_is_open = no_is_closed = true; }

static void release(void) { nc_is_open = no_is_closed = false; }

static void break_wire(void) { nc_is_open = true; }

static void hold_reset(void) { reset_is_held = true; }

static void let_go_reset(void) { reset_is_held = false; }

static void open_case(void) { loop_mv = SUPPLY_MV; }

static void close_case(void) { loop_mv = LOOP_CLOSED_MV; }

static bool must_restart;
static void restart(void) { must_restart = true; } /* not from within a timer of the core */

static const struct {
  const char *name;
  void (*act)(void);
} COMMANDS[] = {
    {"press", press},         {"release", release},           {"break-wire", break_wire},
    {"hold-reset", hold_reset}, {"let-go-reset", let_go_reset}, {"open-case", open_case},
    {"close-case", close_case}, {"restart", restart},
};

static void obey(const char *command) {
  for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
    if (strcmp(command, COMMANDS[i].name) == 0) {
      COMMANDS[i].act();
      wire();
      printf("%s\n", command);
      return;
    }
  }
  fprintf(stderr, "board: no command %s\n", command);
}

static void read_commands(void) {
  static char text[64];
  static size_t length;
  char byte;
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  while (poll(&input, 1, 0) > 0) {
    if (read(STDIN_FILENO, &byte, 1) != 1) exit(0);
    if (byte == '\n') {
      text[length] = 0;
      length = 0;
      obey(text);
    } else if (length < sizeof text - 1) {
      text[length++] = byte;
    }
  }
}

static void read_line(void) {
  uint8_t bytes[16];
  ssize_t count = read(line, bytes, sizeof bytes);
  for (ssize_t i = 0; i < count; i++) avr_raise_irq(uart_input, bytes[i]);
}

static void on_uart_output(avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq;
  (void)unused;
  uint8_t byte = (uint8_t)value;
  /* Nobody reads: lost, as on any line. */
  if (write(line, &byte, 1) < 0 && errno != EAGAIN && errno != EIO) fail("cannot write to the terminal");
}

/* Emulated time waits for real time, and whatever comes from outside is looked at. */
static avr_cycle_count_t pace(avr_t *of, avr_cycle_count_t when, void *unused) {
  (void)unused;
  paced_at = when;
  uint64_t due_ns = of->cycle * 125 / 2; /* at 16 MHz */
  struct timespec until = {started.tv_sec + (time_t)(due_ns / 1000000000ul), started.tv_nsec + (long)(due_ns % 1000000000ul)};
  if (until.tv_nsec >= 1000000000l) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000l;
  }
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
  read_commands();
  read_line();
  return when + avr_usec_to_cycles(of, PACE_US);
}

/* A sleeping core jumps to its next timer, which is ours at the latest: no need to wait here. */
static void do_not_sleep(avr_t *of, avr_cycle_count_t cycles) {
  (void)of;
  (void)cycles;
}

/* The chip clears a flag to which a one is written; simavr would keep it, and every sample would see an edge. */
static void clear_flags(avr_t *of, avr_io_addr_t address, uint8_t value, void *unused) {
  (void)unused;
  of->data[address] &= (uint8_t)~value;
}

static void open_line(const char *link) {
  int desk;
  struct termios raw;
  if (openpty(&line, &desk, NULL, NULL, NULL) != 0) fail("cannot make a terminal");
  if (tcgetattr(desk, &raw) != 0) fail("cannot read the terminal's settings");
  cfmakeraw(&raw);
  if (tcsetattr(desk, TCSANOW, &raw) != 0) fail("cannot change the terminal's settings");
  if (fcntl(line, F_SETFL, O_NONBLOCK) != 0) fail("cannot make the terminal non-blocking");
  unlink(link);
  if (symlink(ttyname(desk), link) != 0) fail(link);
  /* `desk` stays open: the terminal is to outlive a desk that closes it. */
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: board FIRMWARE.hex LINK\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_DFL);
  avr = avr_make_mcu_by_name("atmega328p");
  if (avr == NULL) fail("this simavr has no ATmega328P");
  avr_init(avr);
  avr->frequency = CLOCK_HZ;
  avr->vcc = avr->avcc = avr->aref = SUPPLY_MV;
  avr->sleep = do_not_sleep;

  uint32_t size, start;
  uint8_t *image = read_ihex_file(arguments[1], &size, &start);
  if (image == NULL) fail(arguments[1]);
  avr_loadcode(avr, image, size, start);
  avr->codeend = start + size - 1;

  avr_register_io_write(avr, PCIFR, clear_flags, NULL);
  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POOL_SLEEP);
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  uart_input = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_uart_output, NULL);

  open_line(arguments[2]);
  wire();
  clock_gettime(CLOCK_MONOTONIC, &started);
  printf("ready\n");
  for (;;) {
    /* A reset, the watchdog's too, forgets all timers and pins. */
    if (paced_at == 0 || avr->cycle > paced_at + 10 * avr_usec_to_cycles(avr, PACE_US)) {
      paced_at = avr->cycle;
      avr_cycle_timer_register_usec(avr, PACE_US, pace, NULL);
      wire_again();
    }
    if (must_restart) avr_reset(avr);
    must_restart = false;
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) {
      fprintf(stderr, "board: the processor has stopped (%d)\n", state);
      return 1;
    }
  }
}

#include "flash.h"

#include <avr/pgmspace.h>
#include <avr/wdt.h>

/* From the linker: where the image ends. */
extern const uint8_t __data_load_end[];

bool flash_check(uint8_t hash[SIPHASH_TAG_BYTES]) {
  static const uint8_t no_key[SIPHASH_KEY_BYTES];
  uint16_t end = (uint16_t)__data_load_end;
  struct siphash image;
  siphash_start(&image, no_key);
  for (uint16_t at = 0; at < end; at++) {
    uint8_t byte = pgm_read_byte(at);
    siphash_take(&image, &byte, 1);
    if ((at & 0xff) == 0) wdt_reset();
  }
  siphash_finish(&image, hash);

  bool is_sealed = true;
  for (uint8_t i = 0; i < SIPHASH_TAG_BYTES; i++) {
    if (pgm_read_byte(end + i) != hash[i]) is_sealed = false;
  }
  return is_sealed;
}

/*
 * Puts the seal behind a program's image: its SipHash under a key of zeros, eight bytes. Runs where the firmware is built.
 * usage: seal IMAGE, whose file grows by the seal
 */
#include <stdio.h>

#include "core/siphash.h"

int main(int count, char **arguments) {
  FILE *file = count == 2 ? fopen(arguments[1], "r+b") : NULL;
  if (file == NULL) {
    fprintf(stderr, "usage: seal IMAGE\n");
    return 2;
  }
  static const uint8_t no_key[SIPHASH_KEY_BYTES];
  uint8_t seal[SIPHASH_TAG_BYTES];
  struct siphash hash;
  siphash_start(&hash, no_key);
  for (int byte; (byte = fgetc(file)) != EOF;) {
    uint8_t one = (uint8_t)byte;
    siphash_take(&hash, &one, 1);
  }
  siphash_finish(&hash, seal);
  fseek(file, 0, SEEK_END);
  size_t written = fwrite(seal, 1, sizeof seal, file);
  return fclose(file) == 0 && written == sizeof seal ? 0 : 1;
}

import { type Hello, PROTOCOL_VERSION } from './messages.ts';

/** Why a board that greets so must not be challenged at all, or null. */
export function whyUnfit(hello: Hello, firmwareHashes: readonly string[], hasKey: boolean): string | null {
  if (hello.protocol !== PROTOCOL_VERSION) {
    return `the switch speaks protocol ${hello.protocol}, this desk ${PROTOCOL_VERSION}: flash the firmware that came with the desk`;
  }
  if (!firmwareHashes.includes(hello.firmwareHash)) {
    return `the switch runs firmware ${hello.firmwareHash}, which is not trusted here: flash the firmware that came with the desk`;
  }
  if (!hello.isPaired) return 'the switch has no key: pair it with this desk';
  return hasKey ? null : "this desk has no key for the switch: pair them, or restore the desk's key";
}

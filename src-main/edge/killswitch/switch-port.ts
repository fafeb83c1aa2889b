/** A line to a kill switch: a serial port, or an emulated board. */
export interface SwitchPort {
  /** Where it leads, for people: `/dev/ttyUSB0`. */
  readonly name: string;
  /** Hands bytes on without waiting. What cannot leave any more is lost, as on any line. */
  write(bytes: Uint8Array): void;
  /** For good; `onClosed` is not called. */
  close(): Promise<void>;
}

export interface SwitchPortHandlers {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** The line is gone: unplugged, or an error. Called once. */
  readonly onClosed: (why: string) => void;
}

/** The line cannot be opened; the message says why, and what to do. */
export class SwitchPortError extends Error {
  override readonly name = 'SwitchPortError';
}

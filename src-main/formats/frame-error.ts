/** What can be wrong with a text that should be a frame. */
export type FrameFault =
  | 'broken-json'
  | 'not-a-frame'
  | 'missing-field'
  | 'bad-field'
  | 'off-step'
  | 'unknown-symbol'
  | 'snapshot-without-symbol';

/** Why a text is no frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly reason: FrameFault;

  constructor(reason: FrameFault, message: string) {
    super(message);
    this.reason = reason;
  }
}

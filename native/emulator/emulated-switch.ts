import {
  type SwitchPort,
  SwitchPortError,
  type SwitchPortHandlers,
} from '../../src-main/edge/killswitch/switch-port.ts';
import { type BoardOptions, EmulatedBoard } from './board.ts';

const NAME = 'the emulated switch';
const STEP_MS = 1;
/** A host that was busy for longer has stopped the board for the rest: a burst of the past would help nobody. */
const MAX_BEHIND_MS = 50;
const US_PER_MS = 1_000;

/** A kill switch in real time for those who have none: an emulated board whose line a desk opens as it would a serial port. */
export class EmulatedSwitch {
  /** Its button, wires, case and lamps. */
  readonly board: EmulatedBoard;
  private readonly timer: NodeJS.Timeout;
  private handlers: SwitchPortHandlers | null = null;
  private ranToMs = performance.now();

  /** Is plugged in, and runs until {@link end}. */
  constructor(options: BoardOptions) {
    this.board = new EmulatedBoard(options);
    this.board.onBytes = (bytes) => this.handlers?.onBytes(bytes);
    this.board.powerOn();
    this.timer = setInterval(() => this.step(), STEP_MS);
  }

  /** Opens its line, for nobody else. @throws SwitchPortError when somebody holds it, or it is unplugged. */
  open(handlers: SwitchPortHandlers): SwitchPort {
    if (this.handlers !== null) throw new SwitchPortError(`${NAME} is held by another desk: stop that one first`);
    if (!this.board.isPowered) throw new SwitchPortError(`${NAME} is unplugged: plug it in`);
    this.handlers = handlers;
    return {
      name: NAME,
      write: (bytes) => {
        if (this.handlers === handlers) this.board.send(bytes);
      },
      close: async () => {
        if (this.handlers === handlers) this.handlers = null;
      },
    };
  }

  unplug(): void {
    this.board.powerCut();
    const { handlers } = this;
    this.handlers = null;
    handlers?.onClosed(`${NAME} was unplugged`);
  }

  plug(): void {
    this.board.powerOn();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private step(): void {
    const nowMs = performance.now();
    this.ranToMs = Math.max(this.ranToMs, nowMs - MAX_BEHIND_MS);
    this.board.run((nowMs - this.ranToMs) * US_PER_MS);
    this.ranToMs = nowMs;
  }
}

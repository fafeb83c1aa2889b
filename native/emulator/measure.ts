import { FIRMWARE, liveBench } from './fixtures.ts';

export interface SwitchFigures {
  readonly flashBytes: number;
  readonly staticRamBytes: number;
  /** The most that the stack held. */
  readonly stackBytes: number;
  /** The longest time between two sleeps, with everything that a session does, µs. */
  readonly longestLoopUs: number;
  /** From the contact's edge to the last bit of the stop frame on the line, µs; one for each press. */
  readonly edgeToStopUs: readonly number[];
}

/** Presses the emulated button of a live board `presses` times, at other moments of its loop each time. */
export function measureSwitch(presses: number): SwitchFigures {
  const bench = liveBench();
  const edgeToStopUs: number[] = [];
  for (let press = 0; press < presses; press += 1) {
    bench.session.storeAnchor({ size: BigInt(press), root: new Uint8Array(32).fill(press) });
    bench.run(100);
    bench.board.run((press * 7_919) % 100_000); // a prime: every phase of heartbeats and samples comes
    bench.events.length = 0;
    const edgeUs = bench.board.timeUs;
    bench.board.press();
    if (!bench.board.runUntil(() => bench.events.some(({ type }) => type === 'stop'), 50_000, 20)) {
      throw new Error('the board did not say a stop within 50 ms of its button');
    }
    edgeToStopUs.push(bench.board.timeUs - edgeUs);
    bench.run(150);
    bench.board.release();
    bench.reset();
  }
  const { longestLoopUs, stackBytes } = bench.board.extremes;
  const { flashBytes, staticRamBytes } = FIRMWARE;
  return { flashBytes, staticRamBytes, stackBytes, longestLoopUs, edgeToStopUs };
}

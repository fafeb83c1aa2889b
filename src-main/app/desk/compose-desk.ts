import type { Effect } from '../../core/engine/effect.ts';
import { remainingLots } from '../../core/execution/orders-view.ts';
import { Outbox, type SendResult } from '../../edge/outbox/outbox.ts';
import type { SecondCheck } from '../../edge/outbox/second-check.ts';
import type { StopFlag } from '../../threads/stop-flag.ts';
import type { RunRecord } from '../run-record.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { type CheckedCore, createCheckedCore } from './checked-core.ts';
import type { DeskJournal } from './desk-journal.ts';
import { type DurableTurns, EarlyOrders } from './early-orders.ts';
import { type DeskListener, LiveDesk, type LiveDeskParts } from './live-desk.ts';
import type { DeskSnapshot } from './recovery-snapshot.ts';

/** What a desk stands on: a data folder, or the memory of a test. */
export interface DeskGround extends Pick<LiveDeskParts, 'ticks' | 'clock' | 'stopFlag'> {
  /** The journal's. */
  readonly identity: string;
  readonly turns: DurableTurns;
  /** Where an earlier desk ended; undefined for the first. */
  readonly before: DeskSnapshot | undefined;
}

export interface ComposedParts {
  readonly run: RunRecord;
  readonly ground: DeskGround;
  readonly journal: DeskJournal;
  readonly recorder: RunRecorder;
  /** Whether nothing that adds risk may leave any more, whoever says so. */
  readonly lastDoor: Pick<StopFlag, 'isSet'>;
  /** See {@link Outbox}. */
  readonly send: (effect: Effect) => SendResult;
  readonly unsent: () => void;
  /** Gets the check that stands before the last door, for whoever compares what it counts. */
  readonly checked?: (secondCheck: SecondCheck) => void;
  /** Hears of everything after it was recorded. */
  readonly listener: DeskListener;
}

/** A live desk that stands where its journal ends: core, second check and last door. */
export function composeDesk({ run, ground, recorder, listener, ...parts }: ComposedParts): LiveDesk {
  const { identity, turns, ticks, clock, before, stopFlag } = ground;
  const early = new EarlyOrders(identity, turns);
  const recording: DeskListener = {
    fact: (fact, text) => {
      recorder.fact(fact, text);
      early.heard(fact);
      listener.fact(fact, text);
    },
    input: (input) => {
      recorder.input();
      early.turnEnded();
      listener.input(input);
    },
    halted: (fault) => listener.halted(fault),
  };
  return new LiveDesk((desk) => {
    const checked = createCheckedCore(run, desk, recorder.probe);
    if (before) recover(checked, recorder, before);
    parts.checked?.(checked.secondCheck);
    const outbox = new Outbox({
      secondCheck: checked.secondCheck,
      stopFlag: parts.lastDoor,
      durableSeq: () => turns.durableSeq(),
      mayLeaveEarly: (id) => early.mayLeave(id),
      send: parts.send,
      now: () => clock.now(),
      heard: (clientOrderId, report) =>
        desk.accept({ kind: 'order-report', seq: 0, at: clock.now(), clientOrderId, report }),
      unsent: parts.unsent,
      probe: {
        nowMs: () => performance.now(),
        durable: (ms) => recorder.latencies.record('durable', ms),
        released: (ms) => recorder.latencies.record('released', ms),
      },
    });
    return { core: checked.core, outbox, journal: parts.journal, ticks, stopFlag, clock };
  }, recording);
}

function recover({ core, secondCheck }: CheckedCore, recorder: RunRecorder, before: DeskSnapshot): void {
  core.recover(before.core);
  secondCheck.restore(before.secondCheck);
  recorder.chain.restore(before.facts);
  const open = core.orders.allOpen();
  recorder.counter.begin(open.map((state) => ({ ...state.order, remainingLots: remainingLots(state) })));
}

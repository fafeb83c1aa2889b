import { Core } from '../../core/core.ts';
import type { Sink } from '../../core/engine/engine.ts';
import type { Probe } from '../../core/engine/probe.ts';
import { DEFAULT_SECOND_CHECK_SETTINGS, SecondCheck } from '../../edge/outbox/second-check.ts';
import { coreConfig } from '../config/core-config.ts';
import type { RunRecord } from '../run-record.ts';

/** A core, and the check that trusts none of it. */
export interface CheckedCore {
  readonly core: Core;
  readonly secondCheck: SecondCheck;
}

/** Both doors of a desk, as a run's configuration describes them. @throws naming what in it makes no sense. */
export function createCheckedCore(run: RunRecord, sink: Sink, probe?: Probe): CheckedCore {
  const rooms = coreConfig(run.config, run.instruments, run.strategy);
  const { notFoundAnswers, notFoundSpanMs } = rooms.execution;
  const settings = { ...DEFAULT_SECOND_CHECK_SETTINGS, notFoundAnswers, notFoundSpanMs };
  return {
    core: new Core(rooms, sink, probe),
    secondCheck: new SecondCheck(run.instruments, rooms.limits, settings),
  };
}

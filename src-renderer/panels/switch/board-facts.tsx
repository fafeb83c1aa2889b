import type { ReactNode } from 'react';
import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import type { Reading } from '../../state/topics.ts';
import { Figure } from '../../ui/figure.tsx';
import { age, number } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import {
  type Board,
  causeWords,
  doorWords,
  heartbeatFault,
  latchWords,
  linkWords,
  type Said,
  selfTestWords,
} from './words.ts';

interface BoardFactsProps {
  readonly value: SwitchTopic;
  readonly board: Board;
  readonly reading: Reading<unknown>;
}

/** What the guard hears of the board, and what the board says of itself. */
export function BoardFacts({ value, board, reading }: BoardFactsProps) {
  const { port, why, heartbeatAgeMs, firmware, selfTest, answer } = board;
  const fault = heartbeatFault(board);
  return (
    <Panel title="Board and guard" reading={reading}>
      <dl className="facts switch-facts">
        <Row name="Link" said={linkWords(board)} detail={board.link === 'live' ? port : `${port}: ${why}`} />
        <Row name="Heartbeat">
          {heartbeatAgeMs !== null && (
            <Figure reading={reading} label="Age of the last heartbeat" text={age(heartbeatAgeMs)} />
          )}
          {fault !== null && <span className="cell fact-over">{fault}</span>}
        </Row>
        <Row name="Latch" said={latchWords(board)} detail={board.causes.map(causeWords).join('; ')} />
        <Row name="Last door" said={doorWords(value)} />
        <Row name="Self-test" said={selfTestWords(board)} detail={startedBy(selfTest)} />
        <Row name="Firmware">
          {firmware === null ? (
            <span className="fact-high">▲ not told yet</span>
          ) : (
            <>
              <span className="cell">{firmware.version}</span>
              <code className="switch-hash">{firmware.hash}</code>
            </>
          )}
        </Row>
        <Row name="Last answer">
          <span className="cell">{answer ?? 'none yet'}</span>
        </Row>
      </dl>
    </Panel>
  );
}

function startedBy(selfTest: Board['selfTest']): string {
  return selfTest === null || selfTest.resetCauses.length === 0 ? '' : `started by ${selfTest.resetCauses.join(', ')}`;
}

interface RowProps {
  readonly name: string;
  readonly said?: Said;
  readonly detail?: string;
  readonly children?: ReactNode;
}

function Row({ name, said, detail = '', children }: RowProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {said && <span className={`cell fact-${said.level}`}>{said.text}</span>}
        {children}
        {detail !== '' && <span className="fact-detail">{detail}</span>}
      </dd>
    </div>
  );
}

interface CountersProps {
  readonly counters: Board['counters'];
  readonly reading: Reading<unknown>;
}

export function Counters({ counters, reading }: CountersProps) {
  return (
    <Panel title="Counters of the link" reading={reading}>
      <dl className="switch-counters">
        {counters.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="cell">{number(value, 0)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

import { useEffect, useRef, useState } from 'react';
import type { SwitchTopic } from '../../../src-shared/contract/switch.ts';
import type { Reading } from '../../state/topics.ts';
import '../../ui/button.css';
import { Panel } from '../../ui/panel.tsx';
import { LAMP_CYCLE_MS, lampKeyframes, lampPath, lampWords } from './lamp-view.ts';
import './lamps.css';

type Lamp = NonNullable<SwitchTopic['board']>['lamps'][number];

const STILL = '(prefers-reduced-motion: reduce)';

interface LampsProps {
  readonly lamps: readonly Lamp[];
  readonly reading: Reading<unknown>;
}

/** The board's four lamps as they blink on it: colour, pattern and words. What nobody hears any more does not blink. */
export function Lamps({ lamps, reading }: LampsProps) {
  const [isHeld, setHeld] = useState(() => window.matchMedia(STILL).matches);
  return (
    <Panel
      title="Lamps"
      reading={reading}
      actions={
        <button type="button" className="button" aria-pressed={isHeld} onClick={() => setHeld(!isHeld)}>
          {isHeld ? '▶ Let them blink' : '❚❚ Hold still'}
        </button>
      }
    >
      {lamps.length === 0 && <p className="switch-text quiet">The board has not said yet what it shows.</p>}
      <ul className="lamps">
        {lamps.map((lamp) => (
          <LampRow key={lamp.colour} lamp={lamp} isStill={isHeld || reading.isStale} />
        ))}
      </ul>
    </Panel>
  );
}

function LampRow({ lamp, isStill }: { readonly lamp: Lamp; readonly isStill: boolean }) {
  const { colour, pattern } = lamp;
  const words = lampWords(lamp);
  const light = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const element = light.current;
    if (element === null || isStill || pattern === 'dark') return;
    const blinking = element.animate(lampKeyframes(pattern), { duration: LAMP_CYCLE_MS, iterations: Infinity });
    // All lamps of a board go by one clock.
    blinking.startTime = 0;
    return () => blinking.cancel();
  }, [pattern, isStill]);
  return (
    <li className="lamp">
      <span className={`lamp-bulb lamp-${colour}`} aria-hidden="true">
        <span ref={light} className="lamp-light" hidden={pattern === 'dark'} />
      </span>
      <span>
        <span className="cell">
          <strong>{colour}</strong> {words.pattern}
        </span>
        <svg className="lamp-steps" viewBox="0 0 16 2" aria-hidden="true">
          <path d={lampPath(pattern)} />
        </svg>
        {words.meaning !== '' && <span className="fact-detail">{words.meaning}</span>}
      </span>
    </li>
  );
}

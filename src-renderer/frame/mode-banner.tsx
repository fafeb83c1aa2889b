import { memo } from 'react';
import { useMode } from '../controls/use-mode.ts';
import { useLatest } from '../state/topics.ts';
import { MODE_WORDS } from '../ui/mode-words.ts';

/** The engine's control mode: word, shape and colour. Where it is not known it says so. */
export function ModeBanner() {
  const mode = useMode();
  const { value } = useLatest('status', {});
  return <Banner mode={mode} isShut={mode === 'normal' && value?.isStopped === true} />;
}

interface BannerProps {
  readonly mode: ReturnType<typeof useMode>;
  /** Whether no opening order leaves although the mode would let it. */
  readonly isShut: boolean;
}

const Banner = memo(function Banner({ mode, isShut }: BannerProps) {
  const { word, shape, meaning } = mode === null ? UNKNOWN : MODE_WORDS[mode];
  return (
    <div className={`mode-banner banner-${mode ?? 'unknown'}`} title={meaning}>
      <span className="banner-shape" aria-hidden="true">
        {shape}
      </span>
      <span>
        <span className="visually-hidden">Mode: </span>
        <strong>{word}</strong>
      </span>
      {isShut && <span className="shut">▲ last door shut</span>}
    </div>
  );
});

const UNKNOWN = { word: 'Mode unknown', shape: '?', meaning: 'The desk has not said its mode, or not for too long.' };

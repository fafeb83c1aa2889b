import { useEffect, useRef, useState } from 'react';

/**
 * `value`, but changing at most once in `everyMs`: the first change at once, the last one never lost. For what is dear to draw and
 * cannot be read any faster.
 */
export function useCalm<T>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value);
  const shownMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (value === shown) return;
    const show = (): void => {
      shownMs.current = performance.now();
      setShown(value);
    };
    const timer = setTimeout(show, Math.max(0, shownMs.current + everyMs - performance.now()));
    return () => clearTimeout(timer);
  }, [value, shown, everyMs]);
  return shown;
}

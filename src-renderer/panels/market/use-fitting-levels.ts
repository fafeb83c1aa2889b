import { type RefObject, useEffect, useState } from 'react';

/** As in market.css: rows of the ladder, and what stands around them (head and spread). */
const ROW_PX = 20;
const AROUND_PX = 60;
const FEWEST_LEVELS = 3;

/** How many levels of each side have room in `container`, as its height changes. */
export function useFittingLevels(container: RefObject<HTMLElement | null>): number {
  const [levels, setLevels] = useState(FEWEST_LEVELS);
  useEffect(() => {
    if (container.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const height = entry?.contentRect.height ?? 0;
      setLevels(Math.max(FEWEST_LEVELS, Math.floor((height - AROUND_PX) / (2 * ROW_PX))));
    });
    observer.observe(container.current);
    return () => observer.disconnect();
  }, [container]);
  return levels;
}

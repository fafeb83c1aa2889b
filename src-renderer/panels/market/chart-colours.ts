import { colour } from '../../ui/theme.ts';

/** What a canvas needs of the theme: it does not read style sheets itself. */
export interface ChartColours {
  readonly surface: string;
  readonly line: string;
  readonly text: string;
  readonly up: string;
  readonly down: string;
  readonly volume: string;
  readonly font: string;
}

/** The colours of the theme that is in force now. */
export function readChartColours(): ChartColours {
  return {
    surface: colour('--surface'),
    line: colour('--line'),
    text: colour('--text-quiet'),
    up: colour('--up'),
    down: colour('--down'),
    volume: colour('--line-strong'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Calls `heard` whenever the theme changed, until the function that it gives back is called. */
export function onThemeChange(heard: () => void): () => void {
  const observer = new MutationObserver(heard);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

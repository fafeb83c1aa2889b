import { create } from 'zustand';
import { type Theme, themeFrom } from './theme-choice.ts';

const KEY = 'interlock.theme';
const DARK = '(prefers-color-scheme: dark)';

interface ThemeState {
  readonly theme: Theme;
}

/** Which colours the window has: what was chosen here before, else what the system prefers. */
export const useTheme = create<ThemeState>(() => ({ theme: themeFrom(stored(), window.matchMedia(DARK).matches) }));

/** Puts the theme on the page, and follows the system as long as nobody chose. */
export function applyTheme(): void {
  const apply = ({ theme }: ThemeState): void => {
    document.documentElement.dataset.theme = theme;
  };
  apply(useTheme.getState());
  useTheme.subscribe(apply);
  window.matchMedia(DARK).addEventListener('change', ({ matches }) => {
    useTheme.setState({ theme: themeFrom(stored(), matches) });
  });
}

export function toggleTheme(): void {
  const theme = useTheme.getState().theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage that is full or forbidden: the choice holds as long as the window.
  }
  useTheme.setState({ theme });
}

/** A colour of theme.css as a canvas needs it: `colour('--up')`. */
export function colour(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export type Theme = 'light' | 'dark';

/** The theme of a stored choice; anything that is no theme counts as no choice, and then the system decides. */
export function themeFrom(choice: string | null, prefersDark: boolean): Theme {
  if (choice === 'light' || choice === 'dark') return choice;
  return prefersDark ? 'dark' : 'light';
}

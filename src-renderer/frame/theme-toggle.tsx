import { toggleTheme, useTheme } from '../ui/theme.ts';

export function ThemeToggle() {
  const theme = useTheme(({ theme }) => theme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className="button button-quiet"
      aria-label={`Switch to the ${other} theme`}
      onClick={toggleTheme}
    >
      {theme === 'dark' ? '☾' : '☀'}
    </button>
  );
}

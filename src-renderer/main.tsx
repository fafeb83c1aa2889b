import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { desk } from './state/desk.ts';
import './ui/theme.css';
import { applyTheme } from './ui/theme.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
applyTheme();
// Connects while the first frame is drawn.
desk();
createRoot(root).render(<App />);

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const HERE = import.meta.dirname;

/** The window, as static files that ask nobody but their own desk for anything. */
export default defineConfig({
  root: HERE,
  base: './',
  plugins: [react()],
  build: {
    outDir: `${HERE}/../dist/renderer`,
    emptyOutDir: true,
    // Inlined assets would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
  },
});

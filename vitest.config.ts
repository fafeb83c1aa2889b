import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['{src-shared,src-main,tools,e2e}/**/*.test.ts'] } });

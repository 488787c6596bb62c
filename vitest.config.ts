import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Many tests wait for processes of their own; the default leaves a core idle.
    maxWorkers: '100%',
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Half of the time a test waits for processes of its own, so a core that is left out would be idle.
    maxWorkers: '100%',
  },
});

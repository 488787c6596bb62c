import { defineConfig } from 'vitest/config';

/**
 * Three projects by the names of the files. `unit`: no process, no port, five seconds for a test at most. `contract`: adapters and the
 * emulators on loopback. `system`: processes, commands, bundles, a browser, and campaigns of the simulation.
 */
const contract = 'tests/**/*.contract.test.ts';
const system = 'tests/**/*.system.test.ts';

export default defineConfig({
  test: {
    // Many tests wait for processes of their own; the default leaves a core idle.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [contract, system],
          setupFiles: ['tests/support/refuse-ports-and-processes.ts'],
          testTimeout: 10_000,
          hookTimeout: 10_000,
        },
      },
      { test: { name: 'contract', include: [contract], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'system', include: [system], testTimeout: 120_000, hookTimeout: 180_000 } },
    ],
  },
});

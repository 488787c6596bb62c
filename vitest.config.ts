import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Three projects by the names of the files. `unit`: no process, no port, five seconds for a test at most. `contract`: adapters and the
 * emulators on loopback. `system`: processes, commands, bundles, a browser, and campaigns of the simulation.
 */
const contract = 'tests/**/*.contract.test.ts';
const system = 'tests/**/*.system.test.ts';

/** Files that take long, with the longest first: what starts last should be short, or a core waits for it at the end. */
const longest = [
  'git-dependency',
  'installed-package',
  'console-acts',
  'rehearsal',
  'simulation/campaign',
  'killed-processes',
  'example-workflow',
  'own-feeds-page',
  'upgrade',
  'permissions',
  'report',
  'interrupt',
  'operations-page',
  'console-page',
  'synth',
  'local',
  'terminal',
  'curl-pages',
  'served-reader',
  'record-release',
  'regions-page',
  'tmdb-refuses',
  'operator',
  'outage',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((name) => moduleId.endsWith(`/${name}.system.test.ts`));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    // Without `isolate` the files of a process share the modules that they load, which took half of the processor's time: `src` keeps no state
    // in modules. Support files of `system` do (they end the processes of a file), so it is isolated.
    // Many tests wait for processes of their own; the default leaves a core idle. `test:system`, where most do, has one more.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          isolate: false,
          include: ['tests/**/*.test.ts'],
          exclude: [contract, system],
          setupFiles: ['tests/support/refuse-ports-and-processes.ts'],
          testTimeout: 10_000,
          hookTimeout: 10_000,
        },
      },
      { test: { name: 'contract', isolate: false, include: [contract], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'system',
          include: [system],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // The library's rules for templates take half of a synthesis. tests/cdk/synth.system.test.ts holds the app to them, in a process of its own.
          env: { CDK_VALIDATION: 'false' },
        },
      },
    ],
  },
});

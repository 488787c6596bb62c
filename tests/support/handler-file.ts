import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { type FunctionOptions, type LambdaFunction, startFunction } from '../../src/local/lambda-function.ts';
import type { Clock } from '../../src/shared/core/clock.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { testFolder } from './scratch-folder.ts';
import { until } from './until.ts';

/** A function that runs for one test, with what it has written. */
export type TestFunction = LambdaFunction & {
  readonly lines: readonly string[];
  /** Waits for a line that contains `text`. */
  line(text: string): Promise<string>;
};

/** Writes `source`, a module that exports `handler`, to a file of its own and starts it as a function. */
export function startHandler(source: string, options: Partial<FunctionOptions> & { clock?: Clock } = {}): TestFunction {
  const file = join(testFolder(), 'handler.mjs');
  writeFileSync(file, source);
  const lines: string[] = [];
  const { clock = systemClock, ...over } = options;
  const running = startFunction(
    {
      name: 'tmdb-test',
      bundleUrl: pathToFileURL(file).href,
      environment: {},
      memoryMb: 128,
      timeoutSeconds: 30,
      onOutput: (line) => lines.push(line),
      ...over,
    },
    clock,
  );
  onTestFinished(() => running.stop());
  return {
    ...running,
    lines,
    line: async (text) => {
      const find = () => lines.find((line) => line.includes(text));
      await until(`the function writes '${text}'`, () => find() !== undefined);
      return find() ?? '';
    },
  };
}

/** Cold imports of two modules, in turn: each sample is a process of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A module and the environment variables it needs. */
export type ImportSubject = { url: string; environment: Record<string, string> };

/** Milliseconds per sample, unsorted. */
export type ImportTimes = [a: number[], b: number[]];

/** Longer than any import takes: a process that hangs shall not hold the bench. */
const timeoutMs = 30_000;
/** Exits as soon as it has printed: what a module opened at import must not keep the process. */
const program = `const startMs = performance.now();
await import(process.argv[1]);
const tookMs = performance.now() - startMs;
process.stdout.write(String(tookMs), () => process.exit());`;

/** Imports `a` and `b` in the order A B B A, so that a machine that grows slower or faster meanwhile does so for both. */
export async function importTimes(
  a: ImportSubject,
  b: ImportSubject,
  samples: { warmUps: number; measured: number },
): Promise<ImportTimes> {
  const times: ImportTimes = [[], []];
  for (let sample = 0; sample < samples.warmUps + samples.measured; sample += 1) {
    const first = sample % 2 === 0 ? 0 : 1;
    for (const side of [first, 1 - first] as (0 | 1)[]) {
      times[side].push(await importOnce(side === 0 ? a : b));
    }
  }
  return [times[0].slice(samples.warmUps), times[1].slice(samples.warmUps)];
}

/** The process knows no other variables: options for Node and a compile cache would come along with ours. */
async function importOnce({ url, environment }: ImportSubject): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program, url], {
    env: environment,
    timeout: timeoutMs,
  });
  const tookMs = Number(stdout);
  if (stdout === '' || Number.isNaN(tookMs)) {
    throw new Error(`the import of ${url} printed '${stdout}' instead of its time`);
  }
  return tookMs;
}

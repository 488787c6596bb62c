/** `npm run simulate -- --seeds N [--seed S] [--mutations] [--trace] [--json]`: the simulation campaign. */
import { UsageError } from '../../src/shared/core/errors.ts';
import { failureText, mutationText } from './campaign/failure-text.ts';
import type { SeedFailure } from './campaign/judge-seed.ts';
import { type CampaignFlags, parseFlags } from './campaign/parse-flags.ts';
import { runMutations } from './campaign/run-mutations.ts';
import { runSeeds } from './campaign/run-seeds.ts';
import { mutations } from './mutations.ts';
import { regressions } from './regressions.ts';
import { runHistory } from './run-history.ts';
import { planHistory } from './world/plan-history.ts';

const tell = (line: string) => process.stderr.write(`${line}\n`);
const progressMs = 2_000;

async function main(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  if (flags.trace) {
    const { trace, violations } = await runHistory(planHistory(flags.firstSeed), { keepTrace: true });
    process.stdout.write(`${[...trace, ...violations.map((one) => JSON.stringify(one))].join('\n')}\n`);
    return violations.length === 0 ? 0 : 1;
  }
  const { failures, seeds, known, seedsPerSecond } = await campaign(flags);
  const mutants = flags.mutations ? await runMutations(mutations, (result) => tell(mutationText(result))) : [];
  const caught = mutants.filter(({ caughtBy }) => caughtBy !== undefined).length;
  const total = mutants.length;
  const summary = { seeds, failures, mutations: { total, caught, results: mutants }, seedsPerSecond };
  const lines = [
    ...failures.map(failureText),
    `${seeds} seeds and ${known} known ones, ${failures.length} failed, ${seedsPerSecond} a second`,
    ...(total > 0 ? [`${caught} of ${total} mutants were caught`] : []),
  ];
  process.stdout.write(`${flags.json ? JSON.stringify(summary) : lines.join('\n')}\n`);
  return failures.length === 0 && caught === total ? 0 : 1;
}

async function campaign({ seeds, firstSeed }: CampaignFlags) {
  const wanted = Array.from({ length: seeds }, (_, index) => firstSeed + index);
  const more = seeds === 1 ? [] : regressions.map(({ seed }) => seed).filter((seed) => !wanted.includes(seed));
  const startedMs = performance.now();
  let [done, toldMs] = [0, startedMs];
  const failures: SeedFailure[] = [];
  await runSeeds({
    seeds: [...more, ...wanted],
    onResult: ({ failure }) => {
      done += 1;
      if (failure !== undefined) {
        failures.push(failure);
        tell(failureText(failure));
      }
      if (performance.now() - toldMs > progressMs) {
        toldMs = performance.now();
        tell(`${done} of ${wanted.length + more.length} seeds, ${failures.length} failed`);
      }
    },
  });
  const seedsPerSecond = Math.round((10_000 * done) / (performance.now() - startedMs)) / 10;
  return { failures, seeds: wanted.length, known: more.length, seedsPerSecond };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  tell(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

import { runHistory } from '../run-history.ts';
import type { HistoryPlan } from '../world/history-plan.ts';
import { planHistory } from '../world/plan-history.ts';
import type { Invariant, Violation } from '../world/violations.ts';
import { faultsOf, shrink } from './shrink.ts';

/** A seed that broke an invariant, with the smallest history that was found to break it too. */
export type SeedFailure = {
  seed: number;
  invariant: Invariant;
  detail: string;
  shrunk: { acts: HistoryPlan['acts']; faults: Record<string, number>; world: HistoryPlan['world'] };
};

/** What came of a seed. */
export type SeedResult = {
  seed: number;
  digest: string;
  jobs: number;
  reads: number;
  /** Whether its goodput was judged. */
  isAdapted: boolean;
  failure: SeedFailure | undefined;
};

/** How one history is judged: its violations and its digest. A history that throws breaks the invariant of an end. */
export async function judgeHistory(
  plan: HistoryPlan,
): Promise<Pick<SeedResult, 'digest' | 'jobs' | 'reads' | 'isAdapted'> & { violations: readonly Violation[] }> {
  try {
    const { violations, digest, counts } = await runHistory(plan);
    const { jobs, reads, adapted } = counts;
    return { violations, digest, jobs, reads, isAdapted: adapted !== undefined };
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { violations: [{ invariant: 'drain', detail }], digest: '', jobs: 0, reads: 0, isAdapted: false };
  }
}

/** Every so many seeds a history is run twice: its traces must be the same. */
const twiceEvery = 20;

/** Judges the history of a seed; what fails is made smaller where `shrinks`. */
export async function judgeSeed(seed: number, { shrinks = true } = {}): Promise<SeedResult> {
  const plan = planHistory(seed);
  const { violations, ...counts } = await judgeHistory(plan);
  const { digest } = counts;
  const first = violations[0] ?? (await differentTrace(plan, digest));
  const failure = first && (await describe(plan, first, shrinks));
  return { seed, ...counts, failure };
}

async function differentTrace(plan: HistoryPlan, digest: string): Promise<Violation | undefined> {
  if (plan.seed % twiceEvery !== 0) {
    return undefined;
  }
  const again = await judgeHistory(plan);
  return again.digest === digest
    ? undefined
    : { invariant: 'same-trace', detail: `the digests are ${digest} and ${again.digest}` };
}

async function describe(plan: HistoryPlan, { invariant, detail }: Violation, shrinks: boolean): Promise<SeedFailure> {
  const breaksIt = async (tried: HistoryPlan) =>
    (await judgeHistory(tried)).violations.some((violation) => violation.invariant === invariant);
  const { acts, faults, world } = shrinks ? await shrink(plan, breaksIt) : plan;
  const left = Object.fromEntries(faultsOf(faults).map((name) => [name, faults[name]]));
  return { seed: plan.seed, invariant, detail, shrunk: { acts, faults: left, world } };
}

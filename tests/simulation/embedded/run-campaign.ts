import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoFromMs, type Random } from '../../../src/shared/core/clock.ts';
import { messageOf } from '../../../src/shared/core/errors.ts';
import { systemClock } from '../../../src/shared/core/system-clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { type CampaignStack, type Plant, startCampaignStack } from './campaign-stack.ts';
import { checkRound, processesOf, readTables } from './check-round.ts';
import { drawFaults } from './draw-faults.ts';
import { type DrawnRequest, drawRequests, jobIdsOf } from './draw-requests.ts';
import { type FaultCounts, injectFaults, noFaults } from './inject-faults.ts';
import { replayDead } from './replay-dead.ts';
import type { TableState } from './table-invariants.ts';

/** How long a campaign is and what it is drawn from. */
export type CampaignOptions = {
  rounds: number;
  seed: number;
  plant?: Plant;
  onRound?(round: number, seconds: number): void;
};

/** What a campaign did and, if it failed, in which round and how. */
export type CampaignReport = {
  seed: number;
  rounds: number;
  failure: { round: number; violations: string[]; lines: readonly string[] } | undefined;
  seconds: number;
  longestRoundSeconds: number;
  runs: number;
  jobs: number;
  rows: number;
  faults: FaultCounts;
  deliveries: { jobDeliveries: number; pageDeliveries: number; failedBatches: number };
  deferrals: number;
  replayed: number;
  calls: number;
  maxCallsInAnySecond: number;
};

/** From the end of the faults until everything has drained: some deferrals in a row, each of which doubles. */
const drainWithinMs = 60_000;
const lookAgainMs = 40;
/** Each round draws from a seed of its own, so that what one draws does not move the next. */
const seedStep = 1_000_003;

/** A campaign in progress. */
type Campaign = {
  stack: CampaignStack;
  faults: FaultCounts;
  jobIds: string[];
  runs: number;
  replayed: number;
  before: TableState;
  /** Time of the next run; a second later than the last, since snapshots count in seconds. */
  nextRunMs: number;
};

/** Runs `rounds` rounds on one stack, or as many as it takes until something is wrong. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const folder = mkdtempSync(join(tmpdir(), 'tmdb-campaign-'));
  const startedMs = systemClock.monotonicMs();
  const stack = await startCampaignStack(folder, options.plant);
  const campaign: Campaign = {
    stack,
    faults: noFaults(),
    jobIds: [],
    runs: 0,
    replayed: 0,
    before: { rows: [], heads: [] },
    nextRunMs: systemClock.nowMs() - 3_000 * options.rounds,
  };
  let failure: CampaignReport['failure'];
  let round = 0;
  let longestMs = 0;
  while (round < options.rounds && failure === undefined) {
    round += 1;
    const roundStartedMs = systemClock.monotonicMs();
    const violations = await runRound(campaign, seededRandom(options.seed * seedStep + round));
    const tookMs = systemClock.monotonicMs() - roundStartedMs;
    longestMs = Math.max(longestMs, tookMs);
    failure = violations.length > 0 ? { round, violations, lines: [...stack.lines()] } : undefined;
    options.onRound?.(round, tookMs / 1_000);
  }
  await stack.stop();
  failure ??= leftBehind(folder, round);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const { requests, maxRequestsInAnySecond } = stack.simulator.stats();
  return {
    seed: options.seed,
    rounds: round,
    failure,
    seconds: (systemClock.monotonicMs() - startedMs) / 1_000,
    longestRoundSeconds: longestMs / 1_000,
    runs: campaign.runs,
    jobs: campaign.jobIds.length,
    rows: campaign.before.rows.length,
    faults: campaign.faults,
    deliveries: stack.ledger.counts(),
    deferrals: stack.deferrals(),
    replayed: campaign.replayed,
    calls: requests,
    maxCallsInAnySecond: maxRequestsInAnySecond,
  };
}

function leftBehind(folder: string, round: number): CampaignReport['failure'] {
  const { own, databases } = processesOf(folder);
  const left = [...own, ...databases];
  return left.length === 0
    ? undefined
    : {
        round,
        violations: left.map(({ pid, command }) => `process ${pid} outlived the campaign: ${command.slice(0, 200)}`),
        lines: [],
      };
}

/** One round: runs and faults side by side, then peace until everything has drained, then the books. */
async function runRound(campaign: Campaign, random: Random): Promise<string[]> {
  const { stack } = campaign;
  try {
    const requests = drawRequests(random);
    const faults = drawFaults(random);
    await Promise.all([planAll(campaign, requests), injectFaults(faults, stack, campaign.faults)]);
    const violations = await drain(campaign);
    const after = await readTables(stack);
    violations.push(...checkRound(stack, campaign.jobIds, campaign.before, after));
    campaign.before = after;
    stack.ledger.fold();
    return violations;
  } catch (error) {
    return [messageOf(error)];
  }
}

async function planAll(campaign: Campaign, requests: readonly DrawnRequest[]): Promise<void> {
  for (const request of requests) {
    campaign.jobIds.push(...(await planOne(campaign, request)));
  }
}

/** One run. An invocation that fails is repeated with the same event, as EventBridge does. */
async function planOne(campaign: Campaign, request: DrawnRequest): Promise<string[]> {
  campaign.runs += 1;
  campaign.nextRunMs += 1_000;
  const event = {
    id: `run-${campaign.runs}`,
    source: 'tmdb-pipeline',
    'detail-type': 'Fetch Requested',
    time: isoFromMs(campaign.nextRunMs),
    detail: { version: 1, force: true, ...request },
  };
  const deadlineMs = systemClock.monotonicMs() + drainWithinMs;
  for (;;) {
    try {
      const { runId } = (await campaign.stack.functions.planner.invoke(event)) as { runId: string };
      return jobIdsOf(runId, request);
    } catch (error) {
      if (systemClock.monotonicMs() > deadlineMs) {
        throw new Error(`the planner did not start ${event.id}: ${messageOf(error)}`, { cause: error });
      }
      await systemClock.sleep(100);
    }
  }
}

/** Waits until nothing is in flight; what SQS has given up on meanwhile is replayed. */
async function drain(campaign: Campaign): Promise<string[]> {
  const { stack } = campaign;
  const deadlineMs = systemClock.monotonicMs() + drainWithinMs;
  const violations: string[] = [];
  while (violations.length === 0) {
    const depths = await stack.sqs.depths();
    const dead = stack.queues.filter(({ deadLetterName }) => (depths[deadLetterName] ?? 0) > 0);
    if (Object.values(depths).every((depth) => depth === 0) && stack.activeInvocations() === 0) {
      break;
    }
    for (const queue of dead) {
      const { replayed, wronglyDead, failed } = await replayDead(queue, stack);
      campaign.replayed += replayed;
      violations.push(...wronglyDead, ...failed);
    }
    if (systemClock.monotonicMs() > deadlineMs) {
      violations.push(`after ${drainWithinMs / 1_000} s without faults not drained: ${JSON.stringify(depths)}`);
    }
    await systemClock.sleep(lookAgainMs);
  }
  return violations;
}

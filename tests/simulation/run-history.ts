/**
 * One history, from its plan to its judgement:
 *
 *   acts and faults ─► all faults off ─► queues run dry ─► invariants of the end ─► everything once more ─► nothing changed
 */
import { type Item, itemSchema } from '../../src/shared/queues/item-page.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { calm, drain, playAgain } from './end-history.ts';
import { checkCall, checkPagesAsAsked, checkRetries, watchControl } from './invariants/call-invariant.ts';
import { checkConservation } from './invariants/conservation-invariant.ts';
import { deliveryInvariant } from './invariants/delivery-invariant.ts';
import { checkBill, checkDeadLetters, checkLeases, checkRuns, type Evidence } from './invariants/end-invariant.ts';
import { checkLiveCalls, type LiveRead } from './invariants/live-invariant.ts';
import { checkReaderModel } from './invariants/model-invariant.ts';
import { checkOrderFreedom } from './invariants/order-invariant.ts';
import { checkPayload } from './invariants/payload-invariant.ts';
import {
  type AdaptedRate,
  adaptedRate,
  checkConnections,
  checkGoodput,
  checkRate,
  checkThrottles,
} from './invariants/rate-invariant.ts';
import { checkList, checkTitle } from './invariants/read-invariant.ts';
import { checkRecommendation } from './invariants/recommend-invariant.ts';
import { checkCarriedToken, checkSecrecy } from './invariants/secrecy-invariant.ts';
import { watchTables } from './invariants/table-invariant.ts';
import { checkConfirmingCall } from './invariants/token-invariant.ts';
import { startEventSource } from './world/event-source.ts';
import { noFaults } from './world/faults.ts';
import type { Act, HistoryPlan } from './world/history-plan.ts';
import { randomStream } from './world/random-stream.ts';
import { type Cast, playAct } from './world/sim-acts.ts';
import { simPlanner } from './world/sim-planner.ts';
import { simReaders } from './world/sim-reader.ts';
import { simTmdb } from './world/sim-tmdb.ts';
import { workerFunction } from './world/sim-worker.ts';
import { type SimWorld, simWorld } from './world/sim-world.ts';
import { writerFunction } from './world/sim-writer.ts';
import { newTrace } from './world/trace.ts';
import type { Violation } from './world/violations.ts';

/** What came of a history. `trace`: its lines, where they were asked for. */
export type HistoryOutcome = {
  seed: number;
  violations: readonly Violation[];
  digest: string;
  trace: readonly string[];
  /** `adapted`: how the rate was, where that is judged. */
  counts: {
    jobs: number;
    calls: number;
    rows: number;
    reads: number;
    virtualMs: number;
    adapted: AdaptedRate | undefined;
  };
};

const reads = new Set<Act['act']>(['list', 'title', 'recommend']);

export async function runHistory(plan: HistoryPlan, { keepTrace = false } = {}): Promise<HistoryOutcome> {
  const clock = virtualClock({ autoJump: true });
  const endless = Promise.withResolvers<never>();
  const trace = newTrace(clock.monotonicMs, keepTrace, (line) => {
    clock.halt();
    endless.reject(new Error(`the history does not end: ${line}`));
  });
  let faults = plan.faults;
  const world = simWorld(plan, { seed: plan.seed, clock, trace, faults: () => faults });
  const live = async () => {
    const evidence = stage(world);
    await play(plan, evidence, world);
    faults = noFaults;
    calm(world);
    await drain(world);
    await judge(evidence, world);
    await playAgain(evidence, world);
    await checkReaderModel(world);
    checkSecrecy(world);
    checkPayload(world);
  };
  await Promise.race([live(), endless.promise]);
  clock.halt();
  return outcomeOf(world);
}

function outcomeOf(world: SimWorld): HistoryOutcome {
  const { plan, queues, tmdb, tables, violations, clock, around } = world;
  const { trace } = around;
  return {
    seed: plan.seed,
    violations: violations.found,
    digest: trace.digest(),
    trace: trace.lines,
    counts: {
      jobs: queues.jobs.queue.sent.length,
      calls: tmdb.calls.length,
      rows: tables.catalog.puts.length,
      reads: plan.acts.filter(({ act }) => reads.has(act)).length,
      virtualMs: clock.monotonicMs(),
      adapted: adaptedRate(world),
    },
  };
}

type Staged = Evidence & { cast: Cast; attempted: Map<string, string[]>; live: Item[]; liveReads: LiveRead[] };

/** Puts everybody on the stage, with the invariants between them. */
function stage(world: SimWorld): Staged {
  const table = watchTables(world);
  const calls = watchControl(world);
  const deliveries = deliveryInvariant(world);
  const live: Item[] = [];
  const liveReads: LiveRead[] = [];
  const attempted = new Map<string, string[]>();
  const unreadable = { jobs: [] as string[], items: [] as string[] };
  world.tmdb = simTmdb(world.plan, world.around, (call) => {
    checkCall(call, calls, world);
    checkConnections(call, world);
    checkCarriedToken(call, world);
    checkConfirmingCall(call, world);
  });
  startEventSource(workerFunction(world, deliveries.onSend, deliveries.workerEnded), world);
  startEventSource(writerFunction(world, deliveries.onSend, deliveries.writerEnded), world);
  const planner = simPlanner(world, (identity, body) => {
    attempted.set(identity, [...(attempted.get(identity) ?? []), body]);
  });
  const cast: Cast = {
    planner,
    readers: simReaders(world, (_process, body) => live.push(itemSchema.parse(JSON.parse(body)))),
    unreadable,
    onList: (act, read) => {
      liveReads.push({ act, read });
      checkList(act, read, table, live, world);
    },
    onTitle: (act, read) => checkTitle(act, read, table, live, world),
    onRecommend: (act, read) => {
      liveReads.push({ act, read });
      checkRecommendation(act, read, table, live, world);
    },
  };
  return {
    table,
    calls,
    deliveries: deliveries.log,
    starts: planner.starts,
    unreadable,
    cast,
    attempted,
    live,
    liveReads,
  };
}

/** Plays the acts, each at its time, while clocks are set now and then. */
async function play({ acts, seed, faults }: HistoryPlan, { cast }: Staged, world: SimWorld): Promise<void> {
  const { clock } = world;
  const playing = acts.map(async (act, place) => {
    await clock.sleep(act.atMs);
    await playAct(act, place, cast, world);
  });
  const draws = randomStream(seed, 'clocks');
  const untilMs = acts.at(-1)?.atMs ?? 0;
  const jumping = async () => {
    while (faults.jump > 0 && clock.monotonicMs() < Math.min(untilMs, 1_800_000)) {
      await clock.sleep(draws.between(2_000, 60_000));
      const alive = world.processes.filter((process) => process.isAlive());
      if (alive.length > 0 && draws.chance(faults.jump)) {
        draws.pick(alive).jump(Math.round(draws.between(-30_000, 5_000)));
      }
    }
  };
  await Promise.all([...playing, jumping()]);
}

async function judge(evidence: Staged, world: SimWorld): Promise<void> {
  checkConservation(world, evidence);
  checkDeadLetters(world, evidence);
  await checkOrderFreedom(world, evidence);
  checkRate(evidence.calls.alarms, world);
  checkGoodput(world);
  checkRetries(world);
  checkThrottles(world);
  checkPagesAsAsked(world);
  checkLeases(world);
  checkLiveCalls(evidence.liveReads, evidence.table, evidence.live, world);
  checkRuns(evidence.attempted, world);
  checkBill(world, evidence);
}

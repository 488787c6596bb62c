/** How fast TMDB is called: never faster than allowed, never long in a pause, and not much slower than TMDB admits. */
import { connectionsOfWorkers } from '../../../src/shared/settings/event-source-pollers.ts';
import { callsOfAWorker } from '../../../src/shared/settings/settings.ts';
import { mostWithin, smallestGap } from '../../support/most-within.ts';
import type { Act, HistoryPlan } from '../world/history-plan.ts';
import { documentedLimit, type SeenCall } from '../world/sim-tmdb.ts';
import type { SimWorld } from '../world/sim-world.ts';

/** A slot may always be used 50 ms late, and clocks count whole milliseconds. */
export const toleranceMs = 50;
const edgeMs = 2;
/** A slot is used at most this late where calls are far below TMDB's limit (rate-schedule.ts). */
export const mostLateMs = 200;
/** Slots that a process holds at once (slot-pool.ts), and the one that it waits for with the next ones taken already. */
const slotsHeld = 11;

/** An alarm of the throttle. */
export type Alarm = { atMs: number; ratePerSecond: number };

/** Checks the rate of all calls of a history. */
export function checkRate(alarms: readonly Alarm[], world: SimWorld): void {
  const { plan, violations, tmdb, settings } = world;
  const { requestsPerSecond } = plan.world;
  const times = tmdb.calls.map(({ beganMs }) => beganMs);
  const isClockWrong = plan.faults.skew + plan.faults.jump > 0;
  for (const windowMs of [100, 1_000, 5_000]) {
    const most = mostWithin(windowMs, times);
    const bound = mostCalls(windowMs, world);
    if (most > bound) {
      violations.add('rate', `${most} calls in ${windowMs} ms at ${requestsPerSecond} a second: allowed are ${bound}`);
    }
  }
  const limit = settings.tmdb.limitPerSecond;
  const inASecond = mostWithin(1_000, times);
  if (!isClockWrong && inASecond > limit) {
    violations.add('rate', `${inASecond} calls in a second, where TMDB takes ${limit}`);
  }
  const gapMs = smallestGap(times);
  if (
    !isClockWrong &&
    !areCallsLate(world) &&
    alarms.length === 0 &&
    gapMs < 1_000 / requestsPerSecond - toleranceMs - edgeMs
  ) {
    violations.add('rate', `two calls within ${gapMs} ms at ${requestsPerSecond} a second`);
  }
  checkAlarms(alarms, world);
  checkEvidence(world);
}

/** By then everybody knows of an alarm (see `graceMs` in call-invariant.ts). From then on calls are counted for a part of its second. */
const knownMs = 140 + 25 + mostLateMs;
const countedMs = 300;
/** After an alarm, so much is no evidence: less than the second of the rule, which begins when the alarm is raised, not stored. */
const emptyingMs = 950;

/** Slots of before an alarm are void: soon after it, the calls are as slow as it says. */
function checkAlarms(alarms: readonly Alarm[], { tmdb, plan: { faults }, violations }: SimWorld): void {
  if (faults.skew + faults.jump + faults.slowCall + faults.silence > 0) {
    return;
  }
  const apartMs = smallestGap(alarms.map(({ atMs }) => atMs));
  if (apartMs < emptyingMs) {
    violations.add('rate', `two alarms within ${apartMs} ms: what was sent before the first has raised the second`);
  }
  for (const { atMs, ratePerSecond } of alarms) {
    const [fromMs, toMs] = [atMs + knownMs, atMs + knownMs + countedMs];
    const found = tmdb.calls.filter(({ beganMs }) => beganMs > fromMs && beganMs < toMs).length;
    const bound = Math.floor((ratePerSecond * (countedMs + mostLateMs)) / 1_000) + 1;
    if (found > bound) {
      violations.add('rate', `${found} calls in ${countedMs} ms soon after the alarm of ${atMs}: allowed are ${bound}`);
    }
  }
}

/** Each answer of TMDB counts once. Where the answer of a write is lost, it is written again. */
function checkEvidence({ tables, tmdb, plan, violations }: SimWorld): void {
  const { answers, refusals } = tables.everybody.state();
  const answered = tmdb.calls.flatMap(({ answer }) => (answer?.kind === 'response' ? [answer] : []));
  const refused = answered.filter(({ status, body }) => status === 429 || body.includes('"status_code":25,')).length;
  if (plan.faults.lostAnswer === 0 && (answers > answered.length || refusals > refused)) {
    const counted = `${answers} answers and ${refusals} refusals were counted`;
    violations.add('rate', `${counted}; TMDB gave ${answered.length} and ${refused}`);
  }
}

/** TMDB's answers take no longer than this where nothing is slow. */
const usualAnswerMs = 420;

/** Whether calls may come late: a read of the control table is slow, or all connections of a worker wait for answers. */
export function areCallsLate({ plan: { faults, world }, settings }: SimWorld): boolean {
  const needed = Math.ceil((world.requestsPerSecond * usualAnswerMs) / 1_000) + 1;
  const isShort = needed > callsOfAWorker(settings);
  return isShort || faults.slowCall + faults.silence + faults.hang + faults.slowAnswer > 0;
}

/**
 * The most calls within `windowMs`. Where calls last long, slots are as rare as connections become free, and are used as late as TMDB's limit
 * of a second allows, for which there is a check of its own.
 */
function mostCalls(windowMs: number, world: SimWorld): number {
  const { faults, world: speed } = world.plan;
  if (faults.hang + faults.slowAnswer > 0) {
    return Number.POSITIVE_INFINITY;
  }
  const lateMs = areCallsLate(world) ? mostLateMs : toleranceMs;
  const inTime = Math.floor((speed.requestsPerSecond * (windowMs + lateMs + edgeMs)) / 1_000) + 1;
  return faults.skew + faults.jump > 0 ? inTime + heldByOthers(world) : inTime;
}

/** Slots of processes whose clocks are wrong may all come at once; a clock that is set counts as one more process. */
function heldByOthers({ plan, settings }: SimWorld): number {
  const readers = plan.world.live ? 2 : 0;
  const holders = settings.worker.maximumConcurrency * (plan.faults.jump > 0 ? 2 : 1);
  return slotsHeld * (holders - 1) + readers * 2;
}

/** How long it takes at the most until everybody is told of a throttle, where nothing is slow. */
const toldMs = 200;

/** A refusal that names a time binds everybody until then, from when it was answered. */
export function checkThrottles(world: SimWorld): void {
  const { callError, lostAnswer, crash, slowCall, silence, skew, jump } = world.plan.faults;
  if (callError + lostAnswer + crash + slowCall + silence + skew + jump > 0) {
    return;
  }
  for (const { answeredMs, answer } of world.tmdb.calls) {
    if (answer?.kind === 'response' && answer.status === 429 && answer.retryAfter !== undefined) {
      checkPause(answeredMs, Number(answer.retryAfter) * 1_000, world);
    }
  }
}

function checkPause(answeredMs: number, pauseMs: number, { tmdb, violations }: SimWorld): void {
  const early = tmdb.calls.find(
    ({ beganMs }) => beganMs > answeredMs + toldMs && beganMs < answeredMs + pauseMs - toleranceMs,
  );
  if (early !== undefined) {
    violations.add('pause', `a call at ${early.beganMs}, in the ${pauseMs} ms after the throttle of ${answeredMs}`);
  }
}

/** Checks a call as it begins: whatever the latencies are, TMDB's connections suffice. */
export function checkConnections({ process, beganMs }: SeenCall, { tmdb, plan, settings, violations }: SimWorld): void {
  const open = tmdb.underWay();
  const ofWorkers = open.filter((call) => call.process.startsWith('worker')).length;
  // The readers' connections are bounded by their rate, which holds as far as their clocks do.
  const isReadersRateKept = plan.faults.skew + plan.faults.jump === 0;
  const most = settings.tmdb.connections;
  if (ofWorkers > connectionsOfWorkers(settings) || (isReadersRateKept && open.length > most)) {
    const found = `${open.length} calls are under way, ${ofWorkers} of them of workers`;
    violations.add('connections', `as ${process} called at ${beganMs}, ${found}; TMDB takes ${most}`);
  }
}

/** The least share of what TMDB admits that must be used, and after how long. */
const leastShare = 0.85;
/** The same in much noise: the rate is then held for seconds at a ceiling that the noise has shown, and longer where a limit is set as well. */
const leastShareInMuchNoise = 0.78;
const leastShareOfNoisyLimit = 0.65;
const muchNoise = 0.02;
/** The most that TMDB's limit may refuse of these calls, where nothing else does. */
const mostOverLimit = 0.03;
/** The same for a limit just below the rate: it refuses so few calls, so evenly, that they pass for noise. */
const mostOverCloseLimit = 0.1;
const closeShare = 0.85;
/** Alarms that a limit may raise in that time, where nothing else refuses: the hold before each is twice as long as the one before. */
const mostAlarms = 2;
const adaptMs = 60_000;
const leastJudgedMs = 30_000;

/** Noise up to here is none of an outage. */
const most = { throttled: 0.05, serverError: 0.05 };
/** Faults that take nothing of the rate. */
const harmless = new Set(['coldStart', 'reorder', 'staleRead', 'echo', 'gzip']);

/** The calls of a minute to which the rate has adapted. */
export type AdaptedRate = {
  /** Those that TMDB's limit admitted, as a share of those that it would have. */
  goodput: number;
  /** The share of them that TMDB's limit refused. */
  overLimit: number;
};

/** The time in which the rate has adapted, and TMDB's limit in it. */
type JudgedTime = { fromMs: number; toMs: number; limit: number };

/**
 * From a minute after the limit's last change and while the queue is full. `undefined` where there is no such time, or where faults cost
 * calls: of tables, clocks, queues and processes, outages, and pauses that TMDB asks for.
 */
function judgedTime({ acts, faults }: HistoryPlan): JudgedTime | undefined {
  const [fill, ...others] = acts.filter(({ act }) => act === 'fill');
  const isCalm = Object.entries(faults).every(
    ([name, share]) => share <= (most[name as keyof typeof most] ?? (harmless.has(name) ? 1 : 0)),
  );
  const isSteady = acts.every(({ act }) => act !== 'outage' && act !== 'token');
  if (fill?.act !== 'fill' || others.length > 0 || !isCalm || !isSteady) {
    return undefined;
  }
  const toMs = fill.atMs + fill.forMs;
  const limits = acts.filter((act) => act.act === 'limit');
  const changesMs = limits.flatMap(({ atMs, forMs }) => [atMs, atMs + forMs]).filter((atMs) => atMs < toMs);
  const fromMs = Math.max(fill.atMs, ...changesMs) + adaptMs;
  return toMs - fromMs < leastJudgedMs ? undefined : { fromMs, toMs, limit: limitAt(limits, fromMs) };
}

/** How well the rate has adapted, where that is judged. */
export function adaptedRate({ plan, tmdb }: SimWorld): AdaptedRate | undefined {
  const judged = judgedTime(plan);
  if (judged === undefined) {
    return undefined;
  }
  const { fromMs, toMs, limit } = judged;
  const calls = tmdb.calls.filter(({ beganMs }) => beganMs >= fromMs && beganMs < toMs);
  const admitted = calls.filter(({ isOverLimit }) => !isOverLimit).length;
  const possible = ((toMs - fromMs) / 1_000) * Math.min(plan.world.requestsPerSecond, limit);
  return { goodput: admitted / possible, overLimit: 1 - admitted / (calls.length || 1) };
}

function limitAt(limits: readonly Extract<Act, { act: 'limit' }>[], atMs: number): number {
  return limits.find((act) => act.atMs <= atMs && act.atMs + act.forMs > atMs)?.perSecond ?? documentedLimit;
}

/** Checks that the rate is near what TMDB admits while jobs wait, in noise too. */
export function checkGoodput(alarms: readonly Alarm[], world: SimWorld): void {
  const { plan, violations } = world;
  const judged = judgedTime(plan);
  const adapted = adaptedRate(world);
  if (judged === undefined || adapted === undefined) {
    return;
  }
  const { throttled } = plan.faults;
  const inNoise = throttled > muchNoise ? leastShareInMuchNoise : leastShare;
  if (adapted.goodput < (throttled > 0 && judged.limit < documentedLimit ? leastShareOfNoisyLimit : inNoise)) {
    violations.add('goodput', `${(100 * adapted.goodput).toFixed(1)} % of the calls that TMDB admits were made`);
  }
  if (throttled === 0) {
    checkRefused(adapted, judged, alarms, world);
  }
}

/** Checks, where nothing else refuses calls, that TMDB's limit refuses few of them, and that a limit that stays is tried ever more rarely. */
function checkRefused(
  { overLimit }: AdaptedRate,
  { fromMs, toMs, limit }: JudgedTime,
  alarms: readonly Alarm[],
  { plan, violations }: SimWorld,
): void {
  const isClose = limit < documentedLimit && limit > closeShare * plan.world.requestsPerSecond;
  if (overLimit > (isClose ? mostOverCloseLimit : mostOverLimit)) {
    violations.add('goodput', `${(100 * overLimit).toFixed(1)} % of the calls were over TMDB's limit`);
  }
  const found = alarms.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
  if (found > mostAlarms) {
    violations.add('goodput', `${found} alarms from ${fromMs} to ${toMs}, below a limit that stays`);
  }
}

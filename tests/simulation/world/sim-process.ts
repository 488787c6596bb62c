/**
 * A container, or an operator's command: it lives until something kills it. Every call of a port goes through it:
 *
 *   wait ─► crash? ─► refused? ─► the call's one step ─► answer lost? ─► crash? ─► answer
 *
 * What is dead hears of no answer and no timer any more, so that nothing it had under way goes on; the rest of the world does.
 */
import type { Clock } from '../../../src/shared/core/clock.ts';
import { skewedClock } from '../../support/skewed-clock.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Faults } from './faults.ts';
import { type Draws, randomStream } from './random-stream.ts';
import type { Trace } from './trace.ts';

/** What the processes of a history share. */
export type Surroundings = {
  seed: number;
  clock: VirtualClock;
  trace: Trace;
  /** The faults of now: all off once the history is over. */
  faults(): Faults;
  /** Told of every invocation that has ended. */
  onEnded?(process: string, ended: Ended<unknown>): void;
};

/** How an invocation ended. */
export type Ended<T> =
  | { kind: 'done'; value: T }
  | { kind: 'failed'; error: unknown }
  | { kind: 'crashed' }
  | { kind: 'timed-out' };

export type SimProcess = {
  readonly name: string;
  readonly clock: Clock;
  readonly draws: Draws;
  isAlive(): boolean;
  kill(): void;
  /** Sets the wall clock. */
  jump(byMs: number): void;
  /** Calls that were made to fail so far, by port. */
  injected(port: string): number;
  /** Calls so far, of any port, that were answered after so long that an invocation may be over. */
  silences(): number;
  /** Makes one call of a port. `refusing` names the fault that may refuse it. */
  call<T>(port: string, what: string, act: () => T | Promise<T>, refusing?: 'callError' | 'sendError'): Promise<T>;
  /** Runs an invocation; one that takes longer than `timeoutMs` is killed. */
  run<T>(act: () => Promise<T>, timeoutMs: number): Promise<Ended<T>>;
};

const worstSkewMs = 2_000;
const shortestSilenceMs = 20_000;

export function simProcess(name: string, around: Surroundings): SimProcess {
  const { seed, clock, trace, faults } = around;
  const draws = randomStream(seed, `process ${name}`);
  const skewMs = draws.chance(faults().skew) ? Math.round(draws.between(-worstSkewMs, worstSkewMs)) : 0;
  const own = skewedClock(clock, skewMs);
  const injected = new Map<string, number>();
  const deaths: (() => void)[] = [];
  let alive = true;
  let silences = 0;

  const kill = (): void => {
    if (alive) {
      alive = false;
      trace.note(`${name} dies`);
      for (const tell of deaths) {
        tell();
      }
    }
  };
  const never = <T>() => new Promise<T>(() => undefined);
  const sleep: Clock['sleep'] = async (delayMs, signal) => {
    await clock.sleep(delayMs, signal);
    return alive ? undefined : never();
  };
  const fail = (port: string, why: string): never => {
    injected.set(port, (injected.get(port) ?? 0) + 1);
    trace.note(`${name} ${port}: ${why}`);
    throw new Error(why);
  };
  const mayCrash = (): boolean => {
    if (draws.chance(faults().crash)) {
      kill();
    }
    return !alive;
  };

  const refuse = (port: string, what: string, fault: 'callError' | 'sendError' | 'lostAnswer' | undefined) => {
    if (fault !== undefined && draws.chance(faults()[fault])) {
      fail(port, fault === 'lostAnswer' ? `the answer of ${what} was lost` : `${what} was refused`);
    }
  };
  const drawLatencyMs = (port: string): number => {
    const latency = latencyMs(port, draws, faults());
    silences += latency >= shortestSilenceMs ? 1 : 0;
    return latency;
  };
  const call: SimProcess['call'] = async (port, what, act, refusing) => {
    await sleep(drawLatencyMs(port));
    if (mayCrash()) {
      return never();
    }
    refuse(port, what, refusing);
    trace.note(`${name} ${port} ${what}`);
    const answer = await act();
    refuse(port, what, refusing && 'lostAnswer');
    if (!mayCrash() && draws.chance(0.3)) {
      await sleep(drawLatencyMs(port));
    }
    return alive ? answer : never();
  };

  return {
    name,
    draws,
    clock: { nowMs: own.nowMs, monotonicMs: own.monotonicMs, sleep },
    isAlive: () => alive,
    kill,
    jump: own.jump,
    injected: (port) => injected.get(port) ?? 0,
    silences: () => silences,
    call,
    run: async (act, timeoutMs) => {
      const ended = await runWithin(act, timeoutMs, clock, kill, (tell) => deaths.push(tell));
      around.onEnded?.(name, ended);
      return ended;
    },
  };
}

async function runWithin<T>(
  act: () => Promise<T>,
  timeoutMs: number,
  clock: VirtualClock,
  kill: () => void,
  onDeath: (tell: () => void) => void,
): Promise<Ended<T>> {
  const over = new AbortController();
  const died = new Promise<Ended<T>>((resolve) => onDeath(() => resolve({ kind: 'crashed' })));
  const worked = act().then(
    (value): Ended<T> => ({ kind: 'done', value }),
    (error: unknown): Ended<T> => ({ kind: 'failed', error }),
  );
  const late = clock.sleep(timeoutMs, over.signal).then((): Ended<T> => ({ kind: 'timed-out' }));
  const ended = await Promise.race([worked, died, late]);
  over.abort();
  if (ended.kind === 'timed-out') {
    kill();
  }
  return ended;
}

/** A call of TMDB has its own time-out; what is silent is another one. */
function latencyMs(port: string, draws: Draws, faults: Faults): number {
  if (port !== 'tmdb' && draws.chance(faults.silence)) {
    return draws.between(shortestSilenceMs, 100_000);
  }
  return draws.chance(faults.slowCall) ? draws.between(40, 3_000) : draws.between(0.5, 4);
}

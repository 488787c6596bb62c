/** What a server of a bench does with calls: a limit of any sliding second that moves with time, and failures that do not depend on it. */

/** The world that a server plays. Times count from its first arrival. */
export type ServerWorld = {
  /** Calls admitted in any sliding second from `fromSeconds` on; ascending, the first from 0. */
  limits: readonly { fromSeconds: number; perSecond: number }[];
  /** Share of the admitted calls that are answered 429 and 500 at random. */
  noise: { throttled: number; failed: number };
  /** An answer takes a time uniform between the two. */
  latencyMs: { min: number; max: number };
  /** `pages`: the lists of the simulator; `nothing`: an empty object, for clients that do not read it. */
  answers: 'pages' | 'nothing';
  /** Calls that arrive earlier or later are served, but not counted in `inTime`. */
  counted: { fromSeconds: number; untilSeconds: number };
};

/** What becomes of a call; `limited`: refused because of the limit; `throttled` and `failed`: at random. */
export type CallFate = 'answered' | 'limited' | 'throttled' | 'failed';

const secondMs = 1_000;

/** Calls admitted in the second that ends `elapsedMs` after the first arrival. */
export function limitAt({ limits }: Pick<ServerWorld, 'limits'>, elapsedMs: number): number {
  const reached = limits.findLast(({ fromSeconds }) => fromSeconds * secondMs <= elapsedMs);
  return reached?.perSecond ?? Number.POSITIVE_INFINITY;
}

/**
 * Judges calls in the order of their arrival, `nowMs` being that of a monotonic clock. A refused call does not use up the limit, a call
 * that fails at random does. `draw` gives numbers in [0, 1), one for each admitted call.
 */
export function callJudge(
  world: Pick<ServerWorld, 'limits' | 'noise'>,
  draw: () => number,
): (nowMs: number) => CallFate {
  const admitted: number[] = [];
  let firstMs: number | undefined;
  return (nowMs) => {
    firstMs ??= nowMs;
    while (admitted[0] !== undefined && admitted[0] <= nowMs - secondMs) {
      admitted.shift();
    }
    if (admitted.length >= limitAt(world, nowMs - firstMs)) {
      return 'limited';
    }
    admitted.push(nowMs);
    const { throttled, failed } = world.noise;
    const drawn = draw();
    if (drawn < throttled) {
      return 'throttled';
    }
    return drawn < throttled + failed ? 'failed' : 'answered';
  };
}

/**
 * Good answers in the counted time for who sends `toldPerSecond` calls a second, or as many as the limit admits where that is less, and never
 * more than `underWay` at once.
 */
export function idealAnswers(world: ServerWorld, toldPerSecond: number, underWay: number): number {
  const { limits, noise, latencyMs, counted } = world;
  const byLatency = underWay / ((latencyMs.min + latencyMs.max) / 2 / secondMs);
  const calls = limits.map(({ fromSeconds, perSecond }, index) => {
    const from = Math.max(counted.fromSeconds, fromSeconds);
    const until = Math.min(counted.untilSeconds, limits[index + 1]?.fromSeconds ?? counted.untilSeconds);
    return Math.max(0, until - from) * Math.min(perSecond, toldPerSecond, byLatency);
  });
  return calls.reduce((sum, count) => sum + count, 0) * (1 - noise.throttled - noise.failed);
}

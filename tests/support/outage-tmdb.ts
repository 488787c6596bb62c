import type { TmdbAnswer, TmdbPort } from '../../src/shared/tmdb/tmdb-port.ts';
import { jsonAnswer, noResponse, tmdbError } from './scripted-tmdb.ts';
import { seededRandom } from './seeded-random.ts';
import { listPage, movieRow } from './tmdb-rows.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How TMDB is away. */
export type OutageKind = 'refuses connections' | 'answers 503' | 'does not answer' | 'is mixed';

/** One call as it was made; `down`: TMDB was away when it began. */
export type SeenCall = { worker: number; beganMs: number; endedMs: number; down: boolean };

/** A TMDB that goes away at its `downAtCall`th call, for `downForMs`. */
export type OutageTmdb = {
  portOf(clock: VirtualClock, worker: number): TmdbPort;
  readonly calls: readonly SeenCall[];
  /** When it went away and when it came back, once it has gone. */
  times(): { downMs: number; upMs: number } | undefined;
};

const okPage = jsonAnswer(200, listPage(movieRow()));

/** What a call gets while TMDB is away, and after how long. */
const answers: Record<Exclude<OutageKind, 'is mixed'>, { answer: TmdbAnswer; afterMs: number }> = {
  'refuses connections': { answer: noResponse('econnrefused'), afterMs: 2 },
  'answers 503': { answer: tmdbError(503, 9), afterMs: 60 },
  'does not answer': { answer: noResponse('timeout'), afterMs: 8_000 },
};

export function outageTmdb(options: {
  kind: OutageKind;
  downAtCall: number;
  downForMs: number;
  seed: number;
}): OutageTmdb {
  const calls: SeenCall[] = [];
  const random = seededRandom(options.seed);
  let downMs: number | undefined;

  const awayAnswer = () => {
    const kinds = Object.values(answers);
    return options.kind === 'is mixed'
      ? (kinds[Math.floor(random.next() * kinds.length)] ?? answers['answers 503'])
      : answers[options.kind];
  };
  return {
    calls,
    times: () => (downMs === undefined ? undefined : { downMs, upMs: downMs + options.downForMs }),
    portOf: (clock, worker) => ({
      get: async () => {
        const beganMs = clock.monotonicMs();
        if (calls.length + 1 >= options.downAtCall) {
          downMs ??= beganMs;
        }
        const down = downMs !== undefined && beganMs < downMs + options.downForMs;
        const call = { worker, beganMs, endedMs: beganMs, down };
        calls.push(call);
        const { answer, afterMs } = down ? awayAnswer() : { answer: okPage, afterMs: 60 + 340 * random.next() };
        await clock.sleep(afterMs);
        call.endedMs = clock.monotonicMs();
        return answer;
      },
    }),
  };
}

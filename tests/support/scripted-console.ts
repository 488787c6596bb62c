/** A console on a stack that tells what a test wants, and remembers what it was asked to do. */
import { startConsole } from '../../src/console/console-server.ts';
import type { CommandEnd, ConsoleStack } from '../../src/console/console-stack.ts';
import { pageFiles } from '../../src/console/page-files.ts';
import { decodeDeadLetter } from '../../src/operator/dead-letters/dead-letter.ts';
import { buildReport } from '../../src/operator/report/build-report.ts';
import { describeStatus, type Readings } from '../../src/operator/status/describe-status.ts';
import { dayMs } from '../../src/shared/core/clock.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { idleRateState } from '../../src/shared/throttle/rate-schedule.ts';
import { deadJob } from './dead-letter-samples.ts';
import { agedHead, busyWorld, reportNowMs } from './report-world.ts';
import { sampleListRow } from './sample-cards.ts';

/** What a title, a reason or a subject may hold, and no page may take for anything but text. */
export const hostile = '<img src=x onerror="document.title=\'hit\'"><script>document.title="hit"</script>';

const depth = (visible: number) => ({ visible, delayed: 0, inFlight: 0 });

const openBreaker: NonNullable<Readings['breaker']> = {
  state: 'open',
  reason: 'failures',
  detail: `HTTP 503 ${hostile}`,
  since: new Date(reportNowMs - 120_000).toISOString(),
  retryAtMs: reportNowMs + 60_000,
  trialUntilMs: 0,
  machine: '',
  revision: 1,
};

/** A stack with something of everything in it. */
const readings: Readings = {
  queues: {
    fetch: { queue: { visible: 12, delayed: 3, inFlight: 2 }, deadLetters: depth(3) },
    items: { queue: { visible: 4, delayed: 0, inFlight: 1 }, deadLetters: depth(0) },
  },
  breaker: openBreaker,
  rate: { ...idleRateState, ceiling: 18, noiseCalls: 400, noiseRefusals: 8, answers: 1_840, refusals: 61 },
  heads: [
    agedHead('popular/movie/global/en-US', 2),
    agedHead('trending/all/global/en-US', 3),
    agedHead('popular/tv/DE/de-DE', 30),
    agedHead('genre_18/movie/global/en-US', 90),
    agedHead('local_originals/tv/FR/fr-FR', 5),
  ],
};

/** The same as the docs show it. */
export const calmReadings: Partial<Readings> = { breaker: { ...openBreaker, detail: 'HTTP 503, after 5 calls' } };

/** How a scripted console is made; `letters`: how many dead letters the fetch queue has. */
type Script = {
  name?: string;
  letters?: number;
  readings?: Partial<Readings>;
  end?: (argv: readonly string[]) => CommandEnd | Promise<CommandEnd>;
};

export type ScriptedConsole = {
  /** The address with its token, as the command prints it. */
  address: string;
  origin: string;
  token: string;
  /** The commands that were run, each as one text. */
  ran: string[];
  /** What the stack tells from now on. */
  tell(next: Partial<Readings>): void;
  stop(): Promise<void>;
};

/** Starts it on any free port, or on one that was used before. */
export async function startScriptedConsole(script: Script = {}, port = 0): Promise<ScriptedConsole> {
  const ran: string[] = [];
  let told = { ...readings, ...script.readings };
  const stack: ConsoleStack = {
    name: script.name ?? 'scripted',
    placeArguments: ['--stack=aws'],
    hasQueues: true,
    status: async () => describeStatus(told, defaultSettings, reportNowMs),
    letters: async (queue) => ({ letters: lettersOf(queue === 'fetch' ? (script.letters ?? 3) : 0), unreleased: [] }),
    run: async (argv) => {
      ran.push(argv.join(' '));
      return (await script.end?.(argv)) ?? { exitCode: 0, document: await documentOf(argv), notes: [] };
    },
  };
  const token = 'token-of-the-scripted-console';
  const parts = { stack, files: await pageFiles(), token, port, everyMs: 200, clock: systemClock };
  const running = await startConsole(parts);
  const origin = `http://127.0.0.1:${running.port}`;
  return {
    address: `${origin}/#token=${token}`,
    origin,
    token,
    ran,
    tell: (next) => {
      told = { ...told, ...next };
    },
    stop: running.stop,
  };
}

function lettersOf(count: number) {
  return Array.from({ length: count }, (_, n) => {
    const { attributes, body } = deadJob(n, n % 3 === 0 ? hostile.slice(0, 60) : 'too-old');
    const failedAt = new Date(reportNowMs - n * 60_000).toISOString();
    const sent = { messageId: `message-${n}`, receiptHandle: '', sentAtMs: 0 };
    return decodeDeadLetter({ ...sent, body, attributes: { ...attributes, detail: hostile, failedAt } });
  });
}

/** What a command prints with `--json`, as far as the page shows it. */
async function documentOf([command, sub, ...words]: readonly string[]): Promise<unknown> {
  const dryRun = words.includes('--dry-run');
  switch (command) {
    case 'dlq':
      return sub === 'replay' ? { replayed: 3, left: 0, dryRun } : { deleted: 3, left: 0, dryRun };
    case 'enqueue':
      return { jobs: [{ feed: 'popular/movie/DE/de-DE', page: 1, pages: 1 }], notes: [hostile], dryRun };
    case 'breaker':
      return { state: sub === 'open' ? 'open' : 'closed' };
    case 'plan':
      return planDocument;
    case 'report':
      return buildReport(
        { untilMs: reportNowMs, sinceMs: 7 * dayMs, top: 10 },
        await busyWorld(),
        defaultSettings,
        reportNowMs,
      );
    default:
      return listDocument;
  }
}

const planDocument = {
  occurrence: '2026-11-25T08:00:00.000Z',
  jobs: [
    { jobId: 'a', feed: 'popular/movie/global/en-US', page: 1, pages: 2, why: `part of every daily run ${hostile}` },
  ],
  titles: [{ jobId: 'b', title: 'movie/550', why: 'rank 1' }],
  reference: [],
  notes: ['no read was counted yet, so the base plan runs'],
  leftOut: [],
  takes: { calls: 1, rows: 21, writeUnits: 26 },
};

const titles = ['Fight Club', hostile, 'مغامرة \u202Eright to left'];

const listDocument = {
  from: 'table',
  fetchedAt: '2026-11-25T00:30:00.000Z',
  stale: false,
  feed: 'popular/movie/global/en-US',
  titles: titles.map((title, n) => sampleListRow({ title, id: 550 + n, rank: n + 1 })),
  images: { baseUrl: 'https://image.tmdb.org/t/p/' },
};

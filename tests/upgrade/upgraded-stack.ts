import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { messageOf } from '../../src/shared/core/errors.ts';
import { type CliOptions, type CliResult, runJson, startCli } from '../support/cli-process.ts';
import { clockSkewedBy } from '../support/clock-skewed-by.ts';
import { dumpTables, type Item } from '../support/table-dump.ts';
import { until } from '../support/until.ts';
import { fillDataDir } from './left-by-release.ts';
import { countMessages } from './queue-count.ts';
import type { Recording } from './recording.ts';
import { startUpgradeTmdb } from './upgrade-tmdb.ts';

/** A list as the reader answers it. */
type List = { from: string; stale: boolean; titles: { id: number }[] };
type Letters = { letters: { reason: string; jobId: string; subject: string }[] };

/** What this release made of what an earlier one had left. */
export type Upgraded = {
  /** Lists before anything could be worked: by the path below `/v1/lists/`. */
  lists: Record<string, List>;
  breaker: { state: string };
  dead: Record<'fetch' | 'items', Letters>;
  /** Jobs of a request for a feed that the earlier release has in flight. */
  jobsOfAnother: unknown[];
  readsReported: number;
  deadAfterReplay: Record<'fetch' | 'items', number>;
  local: CliResult;
  /** Jobs of the run that the earlier release had begun, begun once more. */
  jobsOfRunAgain: number;
  tables: { catalog: Item[]; control: Item[] };
};

const minuteMs = 60_000;
/** Jobs that were deferred on the way wait for up to a minute. */
const drainMs = 120_000;
/** On a busy machine tables answer late. */
const patient = { reader: { tableTimeoutMs: 8_000 } };
const dataDir = ['--data-dir', 'data'];

/** Runs this release on what `recording` says an earlier one left, in `cwd`; TMDB is back and has every list. */
export async function upgradeFrom(recording: Recording, cwd: string): Promise<Upgraded> {
  const tmdb = await startUpgradeTmdb({ healed: true });
  try {
    await fillDataDir(join(cwd, 'data'), recording);
    // A minute later: nothing has expired, and the breaker may be tried.
    const nodeArguments = clockSkewedBy(recording.stoppedAtMs + minuteMs - Date.now());
    const environment = { TMDB_BASE_URL: tmdb.baseUrl, TMDB_API_TOKEN: 'recorded' };
    return await upgrade({ cwd, nodeArguments, environment });
  } finally {
    await tmdb.close();
  }
}

async function upgrade(options: CliOptions & { cwd: string }): Promise<Upgraded> {
  const json = <T>(...args: string[]) => runJson<T>(args, options);
  writeFileSync(join(options.cwd, 'settings.json'), JSON.stringify(patient));
  const settings = ['--settings', 'settings.json'];
  const local = startCli(['local', '--json', '--no-catch-up', ...dataDir, ...settings], options);
  const stack = JSON.parse(await local.line('stdout', '"ready":true')) as StackEndpoints;
  const drained = (what: string) =>
    until(`${what} is worked`, () => isDrained(stack), drainMs).catch((cause) => {
      throw new Error(`${messageOf(cause)}; local says: ${local.stderr()}`, { cause });
    });
  const lists = await readLists(stack, ['popular/tv', 'popular/movie?region=DE', 'trending/all']);
  await drained('what the release has left');
  const { breaker } = await json<Pick<Upgraded, 'breaker'>>('status');
  const dead = {
    fetch: await json<Letters>('dlq', 'list', 'fetch'),
    items: await json<Letters>('dlq', 'list', 'items'),
  };
  const request = ['enqueue', '--category', 'popular', '--media', 'movie', '--region', 'FR', '--dry-run'];
  const { jobs: jobsOfAnother } = await json<{ jobs: unknown[] }>(...request);
  const { reads } = await json<{ reads: { all: { reads: number } } }>('report');
  await json('dlq', 'replay', 'fetch');
  await json('dlq', 'replay', 'items');
  await drained('what was replayed');
  const deadAfterReplay = {
    fetch: await countMessages(stack, 'fetchDlqUrl'),
    items: await countMessages(stack, 'itemDlqUrl'),
  };
  local.signal('SIGINT');
  const ended = await local.ended;
  const occurrence = ['--occurrence', '2026-11-30T08:00:00Z'];
  const again = await json<{ jobs: { planned: number } }>('run', 'daily', ...occurrence, ...dataDir);
  return {
    ...{ lists, breaker, dead, jobsOfAnother, deadAfterReplay, local: ended },
    readsReported: reads.all.reads,
    jobsOfRunAgain: again.jobs.planned,
    tables: await dumpTables(join(options.cwd, 'data')),
  };
}

async function readLists(stack: StackEndpoints, paths: readonly string[]): Promise<Record<string, List>> {
  const lists: Record<string, List> = {};
  for (const path of paths) {
    const answer = await fetch(`${stack.endpoints.http}/v1/lists/${path}`);
    lists[path] = (await answer.json()) as List;
  }
  return lists;
}

async function isDrained(stack: StackEndpoints): Promise<boolean> {
  return (await countMessages(stack, 'fetchQueueUrl')) + (await countMessages(stack, 'itemQueueUrl')) === 0;
}

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import {
  type DeployedFunctions,
  deployedName,
  type FunctionName,
  startDeployedFunctions,
} from '../support/deployed-functions.ts';
import { functionUrlEvent } from '../support/function-url-event.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { fetchEvent } from '../support/tapped-worker.ts';

/** A log record of a function: the members that tell whose it is. */
type Line = { correlation_id?: string; runEvent?: { event: string; runId?: string; jobId?: string } };

const stages = ['Planner', 'Worker', 'Writer'] as const;
const [outdir, workdir] = [scratchFolder(), scratchFolder()];
let deployed: DeployedFunctions;
let runs: string[];

/** The log records of a function, without its metrics and the SDK's own warnings about addresses on loopback. */
const linesOf = (name: FunctionName): Line[] =>
  deployed.functions[name].lines
    .filter((line) => line.startsWith('{') && !line.includes('"_aws"'))
    .map((line) => JSON.parse(line));
const bodiesOn = (queue: string) => deployed.sqs.inspect(deployedName(queue)).map(({ body }) => body);
const runOf = ({ runEvent }: Line) => runEvent?.runId ?? runEvent?.jobId?.split('/')[0];

beforeAll(async () => {
  deployed = await startDeployedFunctions(outdir, workdir, 'token', { sources: false });
  const { Planner, Worker, Writer, Reader } = deployed.functions;
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  runs = [];
  for (const schedule of ['daily', 'weekly']) {
    const { runId } = (await Planner.invoke({ kind: 'schedule', version: 1, schedule, occurrence })) as {
      runId: string;
    };
    runs.push(runId);
  }
  // Both runs in one batch each, so that their records are worked at the same time.
  await Worker.invoke(fetchEvent(...bodiesOn('tmdb-fetch'), 'no job'));
  await Writer.invoke(fetchEvent(...bodiesOn('tmdb-items')));
  await Reader.invoke(functionUrlEvent('/v1/lists/popular/tv?language=de-DE'));
});

afterAll(() => deployed?.stop(), 30_000);

describe('correlation ids in the logs of the bundles', () => {
  it('find one run’s records in all three functions', () => {
    expect(new Set(runs).size).toBe(2);
    for (const run of runs) {
      for (const name of stages) {
        const found = linesOf(name).filter(({ correlation_id }) => correlation_id === run);
        expect(found.map(({ runEvent }) => runEvent?.event).length, name).toBeGreaterThan(0);
        const own = linesOf(name).filter((line) => runOf(line) === run);
        expect(found, name).toEqual(expect.arrayContaining(own));
      }
    }
  });

  it('are those of the record itself, however many are worked at once', () => {
    for (const line of stages.flatMap(linesOf)) {
      const own = runOf(line);
      if (own !== undefined && own !== '') {
        expect(line.correlation_id).toBe(own);
      }
    }
    const worked = linesOf('Worker').map(({ correlation_id }) => correlation_id);
    expect(worked).toEqual(expect.arrayContaining(runs));
  });

  it('are all runs of a batch where a record belongs to none', () => {
    const batch = (event: string) =>
      stages.flatMap(linesOf).find(({ runEvent }) => runEvent?.event === event)?.correlation_id;
    for (const event of ['rate-seen', 'batch-written', 'job-dead-lettered']) {
      expect(batch(event)?.split(' ').sort(), event).toEqual([...runs].sort());
    }
  });

  it('are on every record, and that of a reader is its request id', () => {
    for (const name of [...stages, 'Reader'] as const) {
      const lines = linesOf(name);
      expect(lines.length, name).toBeGreaterThan(0);
      expect(lines.filter(({ correlation_id }) => correlation_id === undefined)).toEqual([]);
    }
    expect(new Set(linesOf('Reader').map(({ correlation_id }) => correlation_id))).toEqual(new Set(['request-1']));
  });

  it('are what the query of the page about operations asks for', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, fields = '', run = ''] = /fields (.*)\n\| filter correlation_id like "([0-9a-f]{8})"/.exec(page) ?? [];
    expect(run).not.toBe('');
    const records = stages.flatMap(linesOf).filter(({ correlation_id }) => correlation_id?.includes(runs[0] ?? run));
    // `@timestamp` is of Logs Insights itself.
    for (const path of fields.split(', ').filter((field) => !field.startsWith('@'))) {
      const valueIn = (record: unknown) =>
        path.split('.').reduce<unknown>((whole, key) => (whole as Record<string, unknown> | undefined)?.[key], record);
      expect(records.filter((record) => valueIn(record) !== undefined).length, path).toBeGreaterThan(0);
    }
  });
});

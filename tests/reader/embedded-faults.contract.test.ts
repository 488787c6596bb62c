import { expect, it } from 'vitest';
import { freePort } from '../../src/local/stack-endpoints.ts';
import type { Reader } from '../../src/reader/reader-api.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { FaultKind } from '../../src/tmdb-simulator/fault-plan.ts';
import { embeddedPipelines, patient } from '../support/embedded-reader.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';

const popular = { category: 'popular', media: 'movie' } as const;
/** A deadline that a test can wait for. */
const hasty: Settings = { ...patient, reader: { ...patient.reader, live: { ...patient.reader.live, timeoutMs: 150 } } };

/** How every read of something that nobody has ends: with a reason, and without a throw. */
async function problemsOf(reader: Reader): Promise<(string | undefined)[]> {
  const answers = [
    await reader.list(popular),
    await reader.title('movie', 550),
    ...(await reader.titles([{ mediaType: 'tv', id: 1 }])),
    await reader.recommend(),
  ];
  expect(answers.map(({ from }) => from)).toEqual(answers.map(() => 'none'));
  return answers.map(({ problem }) => problem?.code);
}

describeOnEngine('dynoxide', 'a reader on the embedded stack', (tables) => {
  const start = embeddedPipelines(tables);

  const faults: [kind: FaultKind, code: string | RegExp][] = [
    ['blackHole', 'timeout'],
    ['slowBody', 'timeout'],
    ['serverError', /^(http_500|tmdb_\d+)$/],
    ['truncatedJson', 'unreadable_body'],
    ['resetMidBody', /^(econnreset|err_bad_response|econnaborted)$/],
    ['unauthorized', 'tmdb_7'],
    ['throttle', 'tmdb_25'],
  ];
  it.each(faults)('answers where TMDB does this: %s', async (kind, code) => {
    const { open, simulator } = await start(code === 'timeout' ? hasty : patient);
    simulator.setFaults({ rules: [{ kind }] });
    const [ofList, ...others] = await problemsOf(open());
    expect(ofList).toMatch(code);
    expect(others.every((other) => other !== undefined)).toBe(true);
    simulator.setFaults({});
  });

  it('answers where neither table is there, and calls nobody', async () => {
    const { open, simulator } = await start();
    const nobody = { endpoint: `http://127.0.0.1:${await freePort()}`, region: 'us-east-1' };
    const reader = open({ dynamodb: nobody });
    expect(await problemsOf(reader)).toEqual(Array.from({ length: 4 }, () => 'table_unavailable'));
    expect(simulator.stats().requests).toBe(0);
    expect(await reader.health()).toMatchObject({ table: 'unavailable', breaker: 'unknown' });
  });

  it('answers from TMDB where only the catalog is not there', async () => {
    const { open, simulator } = await start();
    const answer = await open({ catalogTable: 'no-such-table' }).list(popular);
    expect(answer).toMatchObject({ from: 'tmdb', problem: { code: 'table_unavailable' } });
    expect(answer.titles).toHaveLength(20);
    expect(simulator.stats().requests).toBe(1);
  });

  it('calls nobody where the control table is not there', async () => {
    const { open, simulator } = await start();
    expect(await problemsOf(open({ controlTable: 'no-such-table' }))).toEqual(
      Array.from({ length: 4 }, () => 'control_unavailable'),
    );
    expect(simulator.stats().requests).toBe(0);
  });

  it('answers where the queues are not there, from TMDB and then from memory', async () => {
    const { open, simulator } = await start();
    const nobody = { endpoint: `http://127.0.0.1:${await freePort()}`, region: 'us-east-1' };
    const reader = open({ sqs: nobody });
    expect(await reader.list(popular)).toMatchObject({ from: 'tmdb' });
    expect(await reader.list(popular)).toMatchObject({ from: 'memory' });
    expect(simulator.stats().requests).toBe(1);
  });
});

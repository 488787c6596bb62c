import { describe, expect, it } from 'vitest';
import { openReader } from '../../src/reader/open-reader.ts';
import { tableGuard } from '../../src/reader/table-guard.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { rejectionOf } from '../support/caught.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const noTable = Object.assign(new Error('Requested resource not found'), { name: 'ResourceNotFoundException' });
const noCredentials = Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });

function guarded() {
  const clock = virtualClock();
  const told: string[] = [];
  const guard = tableGuard(500, 0, clock, ({ code }) => told.push(code));
  const fail = (error: Error) => rejectionOf(guard.read(() => Promise.reject(error)));
  return { clock, told, guard, fail, succeed: () => guard.read(async () => 'rows') };
}

describe('a table that cannot be read', () => {
  it('is told once, not at each read, and again when it fails after it was well', async () => {
    const { told, fail, succeed } = guarded();
    for (let n = 0; n < 5; n += 1) {
      await fail(noTable);
    }
    expect(told).toEqual(['no_such_table']);
    await succeed();
    await fail(noCredentials);
    await fail(noCredentials);
    expect(told).toEqual(['no_such_table', 'credentials_missing']);
  });

  it('is not told for what passes by itself, unless it lasts', async () => {
    const { told, fail, succeed } = guarded();
    await succeed();
    await fail(throttled);
    await fail(throttled);
    expect(told).toEqual([]);
    await fail(throttled);
    await fail(throttled);
    expect(told).toEqual(['throttled']);
  });

  it('says why, also while it is left alone', async () => {
    const clock = virtualClock();
    const guard = tableGuard(500, 1_000, clock);
    const fail = () => rejectionOf(guard.read(() => Promise.reject(noTable)));
    for (const beginning of ['cannot be read', 'cannot be read', 'cannot be read', 'has failed repeatedly']) {
      expect(await fail()).toMatchObject({
        code: 'table_unavailable',
        failure: { code: 'no_such_table' },
        message: expect.stringMatching(
          new RegExp(`^the table ${beginning}.*no table with this name.*ResourceNotFound`),
        ),
      });
    }
  });

  it('that is late tells what it failed with in the end', async () => {
    const { clock, told, guard } = guarded();
    const late = rejectionOf(guard.read(() => clock.sleep(900).then(() => Promise.reject(noCredentials))));
    await clock.advance(500);
    expect(await late).toMatchObject({ failure: { code: 'timed_out' } });
    expect(told).toEqual([]);
    await clock.advance(400);
    expect(told).toEqual(['credentials_missing']);
  });
});

/** A reader over a client whose calls fail with `error`. */
function failingReader(error: () => Error | undefined, warn: (message: string) => void) {
  const client = dynamoClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1' });
  client.middlewareStack.add(
    () => async () => {
      const failure = error();
      if (failure !== undefined) {
        throw failure;
      }
      return { output: { Items: [], $metadata: {} }, response: {} };
    },
    { step: 'initialize', priority: 'high', override: true, name: 'answers' },
  );
  return openReader({ catalogTable: 'MovieRecCache', client, logger: { warn } });
}

describe('a reader that cannot read', () => {
  it('names the cause in its problem, and says it once on its logger', async () => {
    const said: string[] = [];
    const reader = failingReader(
      () => noTable,
      (message) => said.push(message),
    );
    for (let n = 0; n < 4; n += 1) {
      const { from, problem } = await reader.list(popular, { limit: n + 1 });
      expect(from).toBe('none');
      expect(problem).toMatchObject({ code: 'table_unavailable', cause: 'no_such_table' });
      expect(problem?.detail).toContain('ResourceNotFoundException');
    }
    expect((await reader.title('movie', 550)).problem?.cause).toBe('no_such_table');
    expect(said).toEqual([
      expect.stringMatching(/^tmdb-pipeline: the reader cannot read the table 'MovieRecCache': .*no_such_table/),
    ]);
    await reader.close();
  });

  it('answers all the same where its logger throws', async () => {
    const reader = failingReader(
      () => noTable,
      () => {
        throw new Error('the disk is full');
      },
    );
    expect((await reader.list(popular)).problem?.cause).toBe('no_such_table');
    await reader.close();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardFieldList } from '../../src/shared/queues/card-fields.ts';
import type { Job } from '../../src/shared/queues/fetch-job.ts';
import { itemSchema } from '../../src/shared/queues/item-page.ts';
import { messageBody, parseMessage } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { itemOf, readAnswer } from '../../src/worker/call-tmdb.ts';
import { arbitraryEpochMs } from '../support/arbitrary-page.ts';
import { arbitraryText } from '../support/arbitrary-text.ts';
import { sampleFeed, sampleJob, sampleTitleJob } from '../support/sample-messages.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';

/** What may stand in a member of TMDB's row: of any type, and beyond any bound. */
const member = fc.oneof(
  arbitraryText(60),
  arbitraryText(6_000, 4_100),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('1999-10-15', '0000-01-01', '2027-02-30', '7.4', 'true', '/poster.jpg'),
  fc.array(fc.oneof(fc.integer(), arbitraryText(5), fc.constant(null), fc.record({ id: fc.integer() })), {
    maxLength: 40,
  }),
  fc.anything({ maxDepth: 2 }),
);

const members = cardFieldList.flatMap(([, { from }]) => from);
const row = fc
  .record({
    id: fc.oneof(fc.integer({ min: -1, max: 9_999 }), fc.constantFrom('550', 'x', 1.5, null)),
    media_type: fc.oneof(fc.constantFrom('movie', 'tv', 'person', 'collection', undefined), member),
    ...Object.fromEntries([...members, 'genres'].map((name) => [name, member])),
  })
  .map((odd) => ({ ...odd }));

/** An answer as it comes over the wire. */
function onTheWire(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (_name, value) => (typeof value === 'bigint' ? String(value) : value)));
}

/** Whether a job's message is one that needs no correction; `false` where the answer gave none. */
function isSentAsRead(answer: unknown, job: Job, fetchedAtMs: number): boolean {
  const judged = readAnswer(onTheWire(answer), job, defaultSettings);
  if (judged.fate !== 'ok') {
    return false;
  }
  const body = messageBody(itemOf(judged.content, job, fetchedAtMs));
  expect(parseMessage(itemSchema, body)).toEqual(JSON.parse(body));
  return true;
}

describe('the message of whatever TMDB answers', () => {
  it('is one that its schema takes as it is: a page', () => {
    const page = fc.integer({ min: 1, max: 500 });
    const feed = sampleFeed({ category: 'trending', media: 'all' });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), page, arbitraryEpochMs, (rows, n, atMs) => {
        const answer = { ...listPage(...rows, movieRow({ media_type: 'movie' })), page: n };
        expect(isSentAsRead(answer, sampleJob({ feed, page: n, pages: 500 }), atMs)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is one that its schema takes as it is: a page that is too large', () => {
    const rows = Array.from({ length: 130 }, (_, n) => movieRow({ id: n + 1, overview: '\ud83d\ude00'.repeat(3_000) }));
    expect(isSentAsRead(listPage(...rows), sampleJob(), 0)).toBe(true);
  });

  it('is one that its schema takes as it is: a title', () => {
    fc.assert(
      fc.property(row, arbitraryEpochMs, (details, atMs) => {
        expect(isSentAsRead({ ...details, id: 550 }, sampleTitleJob({ id: 550 }), atMs)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is never that of another job', () => {
    const judged = readAnswer(listPage(movieRow()), sampleJob(), defaultSettings);
    const send = () => (judged.fate === 'ok' ? itemOf(judged.content, sampleTitleJob(), 0) : undefined);
    expect(send).toThrow(/a page is not what .* asks for/);
  });
});

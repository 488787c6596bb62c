import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadLetter, decodeDeadLetter, letterKinds } from '../../../src/operator/dead-letters/dead-letter.ts';
import { findDeadLetter, groupDeadLetters } from '../../../src/operator/dead-letters/look-at-dead-letters.ts';
import {
  type Match,
  matches,
  matchKeys,
  namesUnknownReason,
  parseMatch,
  refuseUnknownReasons,
} from '../../../src/operator/dead-letters/match-letters.ts';
import { bodyForReplay, replayDeadLetters } from '../../../src/operator/dead-letters/replay.ts';
import { jobIdOf } from '../../../src/shared/telemetry/describe-failure.ts';
import { sampleItemTitle, sampleJob, samplePage } from '../../support/sample-messages.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { virtualMessageSource } from '../../support/virtual-message-source.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);

/** A message of the pipeline of which some members were exchanged for anything. */
const damaged = fc
  .tuple(
    fc.constantFrom<object>(sampleJob(), samplePage(), sampleItemTitle(), {
      kind: 'title-job',
      mediaType: 'tv',
      id: 1,
    }),
    fc.dictionary(
      fc.constantFrom(
        'kind',
        'feed',
        'title',
        'id',
        'mediaType',
        'language',
        'jobId',
        'replays',
        'titles',
        '__proto__',
      ),
      fc.jsonValue(),
    ),
  )
  .map(([message, members]) => JSON.stringify({ ...message, ...members }));
const body = fc.oneof(
  fc.json(),
  damaged,
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constant(''),
  fc.constant('null'),
);
const attributes = fc.dictionary(
  fc.constantFrom('reason', 'code', 'detail', 'jobId', 'failedAt', 'replayCount', 'constructor', 'other'),
  fc.oneof(
    fc.string(),
    fc.constantFrom('', '99999999999999999999', '-1', '1e400', '2026-13-41T00:00:00Z'),
    fc.string({ unit: 'binary', minLength: 900, maxLength: 1_500 }),
  ),
);
const sentAtMs = fc.oneof(fc.constantFrom(0, Number.NaN, -1, 1e300, nowMs), fc.double());
const message = fc.record({
  messageId: fc.string({ minLength: 1 }),
  receiptHandle: fc.string(),
  body,
  attributes,
  sentAtMs,
});

/** What every letter's own facts keep to. */
function expectBounded({ body: _body, feed: _feed, messageId: _id, ...facts }: DeadLetter): void {
  expect(JSON.stringify(facts).length).toBeLessThan(12_000);
  expect(letterKinds).toContain(facts.kind);
  expect(facts.failedAt === '' ? nowMs : Date.parse(facts.failedAt)).not.toBeNaN();
  expect(facts.replays + 1).toSatisfy(Number.isSafeInteger);
}

/** What is done with a letter. */
function expectUsable(letter: DeadLetter, match: Match): void {
  expect(matches(letter, match)).toBeTypeOf('boolean');
  expect(bodyForReplay(letter, nowMs)).toBeTypeOf('string');
  expect(jobIdOf(letter.body)).toBeTypeOf('string');
  expect(findDeadLetter([letter], letter.messageId, 'fetch')).toBe(letter);
}

describe('any message of a dead-letter queue', () => {
  it('is decoded, grouped, matched, found and made ready for a replay, in bounded texts', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), fc.constantFrom(...matchKeys), (messages, key) => {
        const letters = messages.map(decodeDeadLetter);
        const values: Partial<Record<typeof key, string>> = { kind: 'unreadable', title: 'movie:5*' };
        const match = parseMatch([`${key}=${values[key] ?? 'a*'}`]);
        for (const letter of letters) {
          expectBounded(letter);
          expectUsable(letter, match);
        }
        for (const { count, ages } of groupDeadLetters(letters, nowMs)) {
          expect(ages.hour + ages.day + ages.older).toBe(count);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('is replayed or left, and stops nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ body, attributes }), { maxLength: 12 }), async (laid) => {
        const clock = virtualClock({ autoJump: true });
        const source = virtualMessageSource(clock);
        for (const one of laid) {
          source.lay({ ...one, sentAtMs: Number.NaN });
        }
        const target = { send: async () => undefined, sendAll: async () => undefined };
        const options = {
          match: new Map(),
          max: 99,
          perSecond: 500,
          holdSeconds: 60,
          dryRun: false,
          onProgress: () => undefined,
        };
        const report = await replayDeadLetters(source, target, options, clock, new AbortController().signal);
        expect(report).toMatchObject({ examined: laid.length, replayed: laid.length, failed: [] });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['{"kind":"item-title","version":1}', 'item-title', ''],
    ['{"kind":"item-title","title":null}', 'item-title', ''],
    ['{"kind":"item-details","mediaType":"tv","id":7,"cards":7}', 'item-details', 'tv/7'],
    ['{"kind":"title-job","mediaType":"movie","id":7,"language":{"toString":1}}', 'title-job', 'movie/7'],
    ['{"kind":"title-job","mediaType":{},"id":[],"language":"de-DE"}', 'title-job', ''],
    ['{"kind":"item-page","version":1,"feed":null,"rows":7}', 'item-page', ''],
    ['{"kind":"nothing","feed":{"toString":1}}', 'unreadable', ''],
    ['[1,', 'unreadable', ''],
    ['null', 'unreadable', ''],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'unreadable', ''],
    [`{"kind":"fetch-job","deep":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`, 'unreadable', ''],
  ])('%.60s is of kind %s, about %j, and goes back byte for byte', (text, kind, subject) => {
    const letter = decodeDeadLetter({
      messageId: 'm',
      receiptHandle: 'r',
      body: text,
      attributes: {},
      sentAtMs: nowMs,
    });
    expect(letter).toMatchObject({ kind, subject, reason: 'moved-by-sqs', failedAt: '2026-11-23T08:00:00.000Z' });
    expect(bodyForReplay(letter, nowMs)).toBe(text);
  });

  it('that tells no time has none, and counts as old', () => {
    const letter = decodeDeadLetter({
      messageId: 'm',
      receiptHandle: 'r',
      body: '',
      attributes: { failedAt: 'soon' },
      sentAtMs: 0,
    });
    expect(letter.failedAt).toBe('');
    expect(groupDeadLetters([letter], nowMs)).toMatchObject([
      { ages: { hour: 0, day: 0, older: 1 }, oldest: '', newest: '' },
    ]);
  });

  it('is counted as replayed no more often than a count can be', () => {
    const decode = (replays: unknown, replayCount: string) =>
      decodeDeadLetter({
        messageId: 'm',
        receiptHandle: 'r',
        body: JSON.stringify({ replays }),
        attributes: { replayCount },
        sentAtMs: 1,
      });
    expect(decode(Number.MAX_SAFE_INTEGER, '7').replays).toBe(1_000_000);
    expect(decode(-1, '999999999999').replays).toBe(1_000_000);
    expect(decode('many', '1e9').replays).toBe(0);
  });
});

describe('a reason that is chosen', () => {
  it('but that there is not is refused with those there are; one that another program gave is taken', () => {
    const [own] = [
      decodeDeadLetter({
        messageId: 'm',
        receiptHandle: 'r',
        body: '',
        attributes: { reason: 'by-hand' },
        sentAtMs: 1,
      }),
    ];
    expect(namesUnknownReason(parseMatch(['reason=too-old', 'reason=mal*']))).toBe(false);
    expect(namesUnknownReason(parseMatch(['reason=to-old']))).toBe(true);
    expect(() => refuseUnknownReasons(parseMatch(['reason=to-old']), [own])).toThrow(
      "--match reason is 'to-old': allowed are malformed, refused-by-tmdb, too-old, undelivered, planner-failed, moved-by-sqs, by-hand",
    );
    expect(() => refuseUnknownReasons(parseMatch(['reason=by-hand']), [own])).not.toThrow();
    expect(() => parseMatch(['kind=fetchjob'])).toThrow(
      "--match kind is 'fetchjob': allowed are fetch-job, title-job,",
    );
  });
});

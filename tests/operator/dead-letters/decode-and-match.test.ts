import { describe, expect, it } from 'vitest';
import { decodeDeadLetter } from '../../../src/operator/dead-letters/dead-letter.ts';
import { groupDeadLetters } from '../../../src/operator/dead-letters/look-at-dead-letters.ts';
import { matches, parseMatch } from '../../../src/operator/dead-letters/match-letters.ts';
import { deadJob, deadPage } from '../../support/dead-letter-samples.ts';
import { sampleFeed, sampleItemReference, sampleReferenceJob } from '../../support/sample-messages.ts';
import type { LaidMessage } from '../../support/virtual-message-source.ts';

const decode = ({ body, attributes = {}, sentAtMs = 0 }: LaidMessage, messageId = 'm1') =>
  decodeDeadLetter({ messageId, receiptHandle: 'r', body, attributes, sentAtMs });

describe('a dead letter', () => {
  it('that the pipeline sent says why, and what it is about', () => {
    const { body: _body, feed: _feed, ...facts } = decode(deadJob(1, 'too-old'));
    expect(facts).toEqual({
      messageId: 'm1',
      reason: 'too-old',
      code: 'code-1',
      detail: 'why it died',
      jobId: '0badcafe/popular/movie/global/en-US/1',
      failedAt: '2026-11-23T07:00:00.000Z',
      kind: 'fetch-job',
      subject: 'popular/movie/global/en-US',
      title: '',
      replays: 0,
    });
  });

  it('that SQS moved has no reason but that, and the time when it was sent', () => {
    expect(decode(deadPage(2))).toMatchObject({
      reason: 'moved-by-sqs',
      kind: 'item-page',
      failedAt: '2026-11-22T08:00:00.000Z',
      jobId: '0badcafe/popular/movie/global/en-US/2',
    });
  });

  it.each(['', 'no json', '[]', '42', 'null', '{"kind":"fetch-job","feed":7}'])(
    'with the body %j is read all the same',
    (body) => {
      const letter = decode({ body, attributes: { reason: 'malformed', jobId: 'unknown' } });
      expect(letter).toMatchObject({ reason: 'malformed', subject: '', feed: undefined, replays: 0, body });
    },
  );

  it('about a title names it with its language', () => {
    const title = { kind: 'title-job', mediaType: 'tv', id: 1399, language: 'de-DE', jobId: 'j', replays: 2 };
    expect(decode({ body: JSON.stringify(title) })).toMatchObject({
      subject: 'tv/1399/de-DE',
      title: 'tv:1399',
      replays: 2,
    });
  });

  it.each([
    ['title-job', { mediaType: 'tv', id: 1399, language: 'de-DE', details: true }],
    ['item-details', { mediaType: 'tv', id: 1399, cards: [] }],
  ])('about a whole title, %s, names it without a language', (kind, body) => {
    expect(decode({ body: JSON.stringify({ kind, jobId: 'j', ...body }) })).toMatchObject({
      kind,
      subject: 'tv/1399',
      title: 'tv:1399',
    });
  });

  it('about reference data names which', () => {
    for (const message of [
      sampleReferenceJob({ what: 'tv-services', replays: 1 }),
      sampleItemReference({
        replays: 1,
        reference: { what: 'tv-services', countries: [], services: [] },
      }),
    ]) {
      const { kind, jobId } = message;
      expect(decode({ body: JSON.stringify(message) })).toMatchObject({
        kind,
        jobId,
        subject: 'tv-services',
        replays: 1,
      });
    }
    expect(decode({ body: '{"kind":"item-reference","reference":7,"what":[]}' }).subject).toBe('');
  });

  it('counts its replays by the greater of body and attribute', () => {
    const body = JSON.stringify({ kind: 'fetch-job', replays: 1 });
    expect(decode({ body, attributes: { replayCount: '3' } }).replays).toBe(3);
    expect(decode({ body, attributes: { replayCount: '-3' } }).replays).toBe(1);
    expect(decode({ body: 'broken', attributes: { replayCount: 'many' } }).replays).toBe(0);
  });
});

describe('a match', () => {
  const german = decode(deadJob(1, 'too-old', { feed: sampleFeed({ region: 'DE', language: 'de-DE' }) }));
  const world = decode(deadJob(2, 'refused-by-tmdb'));

  it.each([
    [[], true, true],
    [['reason=too-old'], true, false],
    [['reason=too-old', 'reason=refused-by-tmdb'], true, true],
    [['region=DE'], true, false],
    [['region=DE', 'reason=refused-by-tmdb'], false, false],
    [['category=popular', 'media=movie'], true, true],
    [['feed=popular/movie/DE/de-DE'], true, false],
    [['feed=popular/movie/*'], true, true],
    [['jobId=0badcafe/popular/movie/global/en-US/2'], false, true],
    [['runId=0badcafe'], true, true],
    [['kind=item-page'], false, false],
    [['language=de-DE'], true, false],
  ])('%j chooses %s and %s', (texts, first, second) => {
    const match = parseMatch(texts);
    expect([matches(german, match), matches(world, match)]).toEqual([first, second]);
  });

  it.each([
    [['title=movie:550'], true, false],
    [['title=movie:*'], true, false],
    [['title=tv:550'], false, false],
    [['title=movie:55*'], true, false],
    [['title=movie:55'], false, false],
    [['media=movie'], true, true],
    [['media=movie', 'kind=title-job'], true, false],
    [['language=de-DE'], true, false],
    [['feed=movie/550/de-DE'], true, false],
    [['category=popular'], false, true],
  ])('%j chooses a title %s and a list %s', (texts, first, second) => {
    const title = decode({
      body: JSON.stringify({ kind: 'title-job', mediaType: 'movie', id: 550, language: 'de-DE', jobId: 'j' }),
    });
    expect([matches(title, parseMatch(texts)), matches(world, parseMatch(texts))]).toEqual([first, second]);
  });

  it.each(['title=550', 'title=book:1', 'title=movie', 'title=movie:', 'title=movie:5*0', 'title=*'])(
    'names no title by %s',
    (text) => {
      expect(() => parseMatch([text])).toThrow(/^--match title is '.*': allowed are titles such as movie:550/);
    },
  );

  it.each(['reason', '=x', 'reason=', 'nonsense=1', 'valueOf=1', '<b>=1'])('is not %j', (text) => {
    expect(() => parseMatch([text])).toThrow(
      /^--match holds '[^<]*': allowed are key=value pairs with one of the keys reason, /,
    );
  });
});

describe('groups', () => {
  it('count by reason and feed, with ages, the largest first', () => {
    const nowMs = Date.UTC(2026, 10, 23, 7, 30);
    const old = { ...decode(deadJob(4, 'too-old'), 'm4'), failedAt: '2026-11-20T07:00:00.000Z' };
    const yesterday = { ...decode(deadJob(5, 'too-old'), 'm5'), failedAt: '2026-11-22T12:00:00.000Z' };
    const letters = [decode(deadPage(1)), decode(deadJob(3, 'too-old')), old, yesterday];
    expect(groupDeadLetters(letters, nowMs)).toEqual([
      {
        reason: 'too-old',
        subject: 'popular/movie/global/en-US',
        count: 3,
        ages: { hour: 1, day: 1, older: 1 },
        oldest: '2026-11-20T07:00:00.000Z',
        newest: '2026-11-23T07:00:00.000Z',
        messageId: 'm1',
      },
      {
        reason: 'moved-by-sqs',
        subject: 'popular/movie/global/en-US',
        count: 1,
        ages: { hour: 0, day: 1, older: 0 },
        oldest: '2026-11-22T08:00:00.000Z',
        newest: '2026-11-22T08:00:00.000Z',
        messageId: 'm1',
      },
    ]);
    expect(groupDeadLetters([], nowMs)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { FeedHead } from '../../../src/shared/tables/feed-head.ts';
import { feedTrouble } from '../../../src/shared/tables/feed-trouble.ts';
import { feedHeadFor, joinFeedHeads } from '../../../src/writer/join-feed-heads.ts';
import { samplePage } from '../../support/sample-messages.ts';

const monday = { snapshot: '2026-11-23T08:00:00Z.0badcafe', fetchedAt: '2026-11-23T08:00:07.250Z' };
const tuesday = { snapshot: '2026-11-24T08:00:00Z.5eed5eed', fetchedAt: '2026-11-24T08:00:02.000Z' };
const nowMs = Date.parse('2026-11-24T09:00:00Z');
const yearMs = 365 * 86_400_000;
const absence = { code: 'tmdb_34', detail: 'HTTP 404: no such list' };
const troubleOf = (pages: readonly Partial<ItemPage>[], atMs = nowMs) =>
  feedTrouble(
    pages
      .map((over) => feedHeadFor(samplePage({ ...monday, pages: 3, ...over }), defaultSettings))
      .reduce((a, b) => joinFeedHeads(a, b)),
    atMs,
  );
const titled = (page: number) => ({ page });
const unknown = (page: number) => ({ page, titles: [], absence });
const empty = (page: number) => ({ page, titles: [] });
const unread = (page: number) => ({ page, titles: [], rejected: 4 });

describe('the trouble of a feed', () => {
  it.each([
    ['whose pages are all there', [titled(1), titled(2), titled(3)]],
    ['whose pages are still coming', [titled(2)]],
    ['that ends before its last page', [titled(1), empty(2), empty(3)]],
    ['that is empty', [empty(1), empty(2), empty(3)]],
  ])('is none where one is %s', (_name, pages) => {
    expect(troubleOf(pages)).toBeUndefined();
  });

  it.each([
    [
      'a list that TMDB does not know',
      [unknown(1), unknown(2)],
      'not-found',
      'TMDB does not know this list (tmdb_34: HTTP 404: no such list); nothing is in the table, and the next refresh asks again',
    ],
    [
      'a list without a row that could be read',
      [unread(1)],
      'rejected',
      'none of the rows that TMDB sent could be read; nothing is in the table, and the next refresh asks again',
    ],
    [
      'a list that came empty where an older one stands',
      [titled(1), { ...tuesday, ...empty(1) }],
      'empty',
      `TMDB answered with an empty list; the list of ${monday.snapshot} is served until its hard TTL, and the next refresh asks again`,
    ],
    [
      'a second page that TMDB does not know',
      [titled(1), unknown(2), titled(3)],
      'not-found',
      `page 2 was not found (tmdb_34: HTTP 404: no such list); the list of ${monday.snapshot} is served until its hard TTL, and the next refresh asks again`,
    ],
    [
      'a page without a row that could be read before the end and one unknown behind it',
      [titled(1), unread(2), unknown(3)],
      'rejected',
      `page 2 had no row that could be read, page 3 was not found (tmdb_34: HTTP 404: no such list); the list of ${monday.snapshot} is served until its hard TTL, and the next refresh asks again`,
    ],
    [
      'a gap',
      [titled(1), empty(2), titled(3)],
      'empty',
      `page 2 was empty; the list of ${monday.snapshot} is served until its hard TTL, and the next refresh asks again`,
    ],
  ] as const)('of %s is said', (_name, pages, outcome, detail) => {
    const at = pages.some((page) => 'fetchedAt' in page) ? tuesday.fetchedAt : monday.fetchedAt;
    expect(troubleOf(pages)).toEqual({ feed: 'popular/movie/global/en-US', outcome, at, detail });
  });

  it('of an own feed that the settings did not have says so, and what is to be done', () => {
    const absence = { code: 'feed_not_configured', detail: "the settings have no own feed 'x'" };
    expect(troubleOf([{ page: 1, titles: [], absence }])?.detail).toBe(
      "the settings have no own feed 'x'; nothing is in the table, and nobody asks again before the settings have it",
    );
    expect(troubleOf([titled(1), { ...tuesday, page: 1, titles: [], absence }])?.detail).toBe(
      `the settings have no own feed 'x'; the list of ${monday.snapshot} stays in the table until its hard TTL, and nobody asks again before the settings have it`,
    );
  });

  it('names three pages, and counts the rest', () => {
    const pages = [titled(1), ...[2, 3, 4, 5, 6].map(unread)].map((one) => ({ ...one, pages: 6 }));
    expect(troubleOf(pages)?.detail).toMatch(/^page 2 [^,]*, page 3 [^,]*, page 4 [^,]*, and 2 more; /);
  });

  it('says that nothing is left once the list is past its hard TTL', () => {
    expect(troubleOf([titled(1), unknown(2)], nowMs + yearMs)?.detail).toMatch(/; nothing is in the table, and/);
  });
});

const notedAt = '2026-11-24T08:00:07.000Z';
const noted: FeedHead = {
  id: 'feed#popular/movie/global/en-US',
  feed: 'popular/movie/global/en-US',
  snapshot: '2026-11-24T08:00:00Z.0badcafe',
  pagesApplied: [],
  pages: 2,
  fetchedAt: notedAt,
  freshUntil: notedAt,
  lastOutcome: 'empty',
  expiration: 1_795_800_000,
};

describe('an empty answer that an earlier build has noted, without its weight and without the newest answer', () => {
  it.each<[name: string, over: Partial<FeedHead>, detail: string]>([
    ['and no page', {}, 'TMDB answered with an empty list; nothing is in the table, and the next refresh asks again'],
    [
      'as a page that was applied',
      { pagesApplied: [1] },
      'TMDB answered with an empty list; an earlier version did not record what the table holds, and the next refresh asks again',
    ],
    [
      'as a page of a list that was not found',
      { pagesApplied: [1], lastOutcome: 'not-found' },
      'TMDB does not know this list; an earlier version did not record what the table holds, and the next refresh asks again',
    ],
  ])('%s', (_name, over, detail) => {
    const head = { ...noted, ...over };
    expect(feedTrouble(head, Date.parse(notedAt) + 1_000)).toEqual({
      feed: head.feed,
      outcome: head.lastOutcome,
      at: notedAt,
      detail,
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemPageSchema } from '../../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import { arbitrarySnapshot, arbitraryTitle } from '../../support/arbitrary-page.ts';
import { caught } from '../../support/caught.ts';
import { firstMembers, samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { changed, without } from '../../support/without.ts';

const refusal = (value: unknown) =>
  (caught(() => parseMessage(itemPageSchema, JSON.stringify(value))) as Error).message;

describe('item page', () => {
  it('survives the queue, whatever the titles', () => {
    fc.assert(
      fc.property(
        arbitraryFeed,
        arbitrarySnapshot,
        fc.array(arbitraryTitle, { maxLength: 21 }),
        (feed, snapshot, titles) => {
          const page = samplePage({ feed, snapshot, titles });
          expect(parseMessage(itemPageSchema, JSON.stringify(page))).toEqual(page);
        },
      ),
    );
  });

  it('may be empty', () => {
    expect(parseMessage(itemPageSchema, JSON.stringify(samplePage({ titles: [] }))).titles).toEqual([]);
  });

  it.each(Object.keys(samplePage()))('is refused without %s, by name', (member) => {
    expect(refusal(without(samplePage(), member)).startsWith(`${member}: `)).toBe(true);
  });

  it.each(firstMembers)('is refused with a title without %s, by name', (member) => {
    const page = { ...samplePage(), titles: [sampleTitle(), without(sampleTitle(), member)] };
    expect(refusal(page).startsWith(`titles.1.${member}: `)).toBe(true);
  });

  it.each([
    ['kind', 'fetch-job'],
    ['version', 2],
    ['version', null],
    ['jobId', ''],
    ['runId', 'not-hex!'],
    ['snapshot', '2026-11-23'],
    ['feed.region', 'de'],
    ['page', 0],
    ['pages', 501],
    ['fetchedAt', '2026-11-23T08:00:07'],
    ['titles', {}],
    ['rejected', -1],
    ['persons', 0.5],
  ])('is refused with %s = %j, by name', (member, value) => {
    expect(refusal(changed(samplePage(), member, value)).startsWith(`${member}: `)).toBe(true);
  });

  it.each([
    ['rank', 0],
    ['rank', 50_001],
    ['mediaType', 'person'],
    ['id', 0],
    ['id', '550'],
    ['title', null],
    ['posterPath', 7],
    ['voteAverage', '8.4'],
    ['genreIds', ['18']],
    ['genreIds', null],
    ['originCountries', [1]],
    ['adult', null],
  ])('is refused with a title of which %s = %j, by name', (member, value) => {
    const page = { ...samplePage(), titles: [changed(sampleTitle(), member, value)] };
    expect(refusal(page).startsWith(`titles.0.${member}`)).toBe(true);
  });
});

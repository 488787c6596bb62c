import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describedTitleSchema, itemSchema, itemTitleSchema } from '../../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { arbitraryTitle } from '../../support/arbitrary-page.ts';
import { caught } from '../../support/caught.ts';
import {
  firstMembers,
  sampleDescribed,
  sampleItemTitle,
  samplePage,
  sampleTitle,
} from '../../support/sample-messages.ts';
import { changed, without } from '../../support/without.ts';

const refusal = (value: unknown) =>
  (caught(() => parseMessage(itemTitleSchema, JSON.stringify(value))) as Error).message;

const arbitraryFoundBy = fc.constantFrom(undefined, 'imdb:tt0137523', 'imdb:tt123456789012', 'tvdb:9007199254740991');

describe('item title', () => {
  it('survives the queue, whatever the title, as what the item queue carries', () => {
    fc.assert(
      fc.property(arbitraryTitle, arbitraryFoundBy, ({ rank: _rank, ...title }, foundBy) => {
        const item = sampleItemTitle({ title, ...(foundBy !== undefined && { foundBy }) });
        expect(parseMessage(itemSchema, JSON.stringify(item))).toEqual(item);
      }),
    );
  });

  it('has no rank: a title on its own has no place', () => {
    expect(describedTitleSchema.parse(sampleTitle({ rank: 7 }))).toEqual(sampleDescribed());
  });

  it.each(Object.keys(sampleItemTitle()))('is refused without %s, by name', (member) => {
    expect(refusal(without(sampleItemTitle(), member)).startsWith(`${member}: `)).toBe(true);
  });

  it.each(firstMembers.slice(1))('is refused with a title without %s, by name', (member) => {
    expect(refusal(without(sampleItemTitle(), `title.${member}`)).startsWith(`title.${member}: `)).toBe(true);
  });

  it.each([
    ['kind', 'item-page'],
    ['version', 2],
    ['jobId', ''],
    ['runId', 'not-hex!'],
    ['language', 'de'],
    ['fetchedAt', '2026-11-23T08:00:07'],
    ['title', []],
    ['title.id', 0],
    ['title.mediaType', 'person'],
    ['title.title', null],
    ['title.genreIds', ['18']],
  ])('is refused with %s = %j, by name', (member, value) => {
    expect(refusal(changed(sampleItemTitle(), member, value)).startsWith(member)).toBe(true);
  });
});

describe('the item queue', () => {
  it('carries pages as well', () => {
    expect(parseMessage(itemSchema, JSON.stringify(samplePage()))).toEqual(samplePage());
  });

  it.each([['title-job'], ['fetch-job'], [null]])('carries nothing of the kind %s, and says so', (kind) => {
    const error = caught(() => parseMessage(itemSchema, JSON.stringify({ ...sampleItemTitle(), kind })));
    expect((error as Error).message.startsWith('kind: ')).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyCard } from '../../../src/shared/queues/card-fields.ts';
import { itemDetailsSchema, itemSchema } from '../../../src/shared/queues/item-page.ts';
import { messageBody, parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { arbitraryItemDetails } from '../../support/arbitrary-details.ts';
import { caught } from '../../support/caught.ts';
import { sampleItemDetails } from '../../support/sample-messages.ts';
import { without } from '../../support/without.ts';

const refusal = (value: unknown) =>
  (caught(() => parseMessage(itemDetailsSchema, JSON.stringify(value))) as Error).message;

describe('item details', () => {
  it('survive the queue as what the item queue carries', () => {
    fc.assert(
      fc.property(arbitraryItemDetails, (item) => {
        expect(parseMessage(itemSchema, messageBody(item))).toEqual(item);
      }),
    );
  });

  it.each(Object.keys(sampleItemDetails()))('are refused without %s, by name', (member) => {
    expect(refusal(without(sampleItemDetails(), member)).startsWith(`${member}: `)).toBe(true);
  });

  it('are refused with a part of another layout, by name', () => {
    const item = sampleItemDetails();
    expect(refusal({ ...item, parts: { base: 'none' } })).toMatch(/^parts\.base: /);
    expect(refusal({ ...item, parts: { keywords: { keywords: [{ id: 0, name: 'x' }] } } })).toMatch(
      /^parts\.keywords\./,
    );
  });

  it.each(['javascript:alert(1)', 'http://www.themoviedb.org/movie/550/watch', '', 'HTTPS://www.themoviedb.org'])(
    'are refused with %s as the page of where to watch',
    (link) => {
      const item = sampleItemDetails({ parts: { watch: { watch: { DE: { link } } } } });
      expect(refusal(item)).toMatch(/^parts\.watch\.watch\.DE\.link: /);
    },
  );

  it('may know nothing but the title', () => {
    const item = sampleItemDetails({ cards: [], parts: {} });
    expect(parseMessage(itemSchema, messageBody(item))).toEqual(item);
  });

  it('stay below what SQS takes, however many languages there are', () => {
    const overview = '\ud83d\ude00'.repeat(2_000);
    const card = { language: 'de-DE', ...emptyCard, title: overview.slice(0, 500), overview };
    const item = parseMessage(itemDetailsSchema, messageBody(sampleItemDetails({ cards: Array(200).fill(card) })));
    expect(item.cards.length).toBeGreaterThan(20);
    expect(Buffer.byteLength(messageBody(item))).toBeLessThan(1_048_576);
  });
});

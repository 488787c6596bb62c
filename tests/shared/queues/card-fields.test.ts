/** Whether the definition of each field is whole: these cases hold for any field that is added. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardFieldList, emptyCard } from '../../../src/shared/queues/card-fields.ts';
import { describedTitleSchema, type Item, itemSchema } from '../../../src/shared/queues/item-page.ts';
import { messageBody, parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  cardOf,
  decodeCard,
  encodeCard,
  packCards,
  storedCardSchema,
  tryUnpackCards,
} from '../../../src/shared/tables/card.ts';
import { listPageDraft } from '../../../src/shared/tables/list-page-row.ts';
import { decodeList } from '../../../src/shared/tables/read-list.ts';
import { normalizePage, normalizeTitle } from '../../../src/shared/tmdb/normalize-page.ts';
import { arbitraryOf } from '../../support/arbitrary-page.ts';
import { schemaProblems } from '../../support/openapi-document.ts';
import { firstMembers, sampleFeed, samplePage } from '../../support/sample-messages.ts';
import { without } from '../../support/without.ts';

describe.each(cardFieldList)('the field %s', (name, field) => {
  it('says what it is, and from which members of TMDB’s row it comes', () => {
    expect(field.words).toMatch(/^[A-Z].+\.$/);
    expect(field.bound).toMatch(/; .+\.$/);
    expect(field.from.length).toBeGreaterThan(0);
    expect(field.from.join()).toMatch(/^[a-z_,]+$/);
  });

  it('has something that stands for nothing, which a message takes and TMDB’s silence gives', () => {
    const nothing = field.nothing();
    expect(field.message.parse(nothing)).toEqual(nothing);
    expect([undefined, null, {}].map(field.read)).toEqual([nothing, nothing, nothing]);
    expect(emptyCard[name]).toEqual(nothing);
    expect(schemaProblems(field.json, nothing)).toEqual([]);
  });

  it('is read as one that a message takes, whatever TMDB sends', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (raw) => {
        expect(field.message.safeParse(field.read(raw)).success).toBe(true);
      }),
    );
  });

  it('may be missing in messages and rows of builds that did not have it, and is nothing then', () => {
    const isFirst = (firstMembers as readonly string[]).includes(name);
    const older = without({ mediaType: 'movie', id: 550, ...emptyCard }, name);
    expect(describedTitleSchema.safeParse(older).success).toBe(!isFirst);
    const packed = packCards([older as Parameters<typeof packCards>[0][0]]);
    expect(tryUnpackCards(packed)).toEqual(isFirst ? undefined : [emptyCard]);
    if (!isFirst) {
      const stored = storedCardSchema.parse(without(encodeCard(emptyCard), name));
      expect(decodeCard(stored)).toEqual(emptyCard);
    }
  });
});

/** What is long, or a day, or anything. */
const odd = fc.oneof(fc.constantFrom('1999-10-15', 'x'.repeat(5_000)), fc.jsonValue());

/** Members of TMDB's row: mostly something of the type that the field has. */
const arbitraryRow = fc
  .record(
    Object.fromEntries(
      cardFieldList.flatMap(([, { from, json }]) =>
        from.map((member) => [member, fc.oneof({ weight: 4, arbitrary: arbitraryOf(json) }, odd)]),
      ),
    ),
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((row) => ({ ...row, id: 550 }));

describe('every field', () => {
  it('comes through message, page row and title row to what the document says of an answer', () => {
    fc.assert(
      fc.property(arbitraryRow, (row) => {
        const page = normalizePage({ results: [row] }, sampleFeed(), 1);
        const sent = parseMessage(itemSchema, messageBody(samplePage({ titles: page?.titles ?? [] })));
        const card = cardOf(page?.titles[0] as Parameters<typeof cardOf>[0]);
        const draft = listPageDraft(sent as Extract<Item, { kind: 'item-page' }>, defaultSettings);
        const [listed] = decodeList(draft === undefined ? [] : [draft.build()]);
        expect(listed).toMatchObject(card);
        expect(decodeCard(storedCardSchema.parse(encodeCard(card)))).toEqual(card);
        const shown = { ...card, voteAverage: Math.min(10, card.voteAverage) };
        expect(schemaProblems({ $ref: '#/components/schemas/Card' }, shown)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('is read from details as from a list, but for the genres, which details name', () => {
    fc.assert(
      fc.property(arbitraryRow, (row) => {
        const [listed] = normalizePage({ results: [{ ...row, genre_ids: [18] }] }, sampleFeed(), 1)?.titles ?? [];
        const { rank: _rank, ...described } = { ...listed };
        expect(normalizeTitle({ ...row, genres: [{ id: 18 }] }, 'movie', 550)).toEqual(described);
      }),
    );
  });
});

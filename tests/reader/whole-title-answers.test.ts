/** Whatever is stored of a title, its answer is as the OpenAPI document says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemDetails } from '../../src/shared/queues/item-page.ts';
import { normalizeWholeTitle } from '../../src/shared/tmdb/normalize-whole-title.ts';
import { arbitraryParts } from '../support/arbitrary-details.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { schemaProblems } from '../support/openapi-document.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { appendedRecordings, detailsFolder, partRecordings, wholeRecordings } from '../support/recorded-titles.ts';
import { sampleItemDetails } from '../support/sample-messages.ts';
import { itWithSharedData } from '../support/shared-data.ts';

const regions = ['DE', 'US', 'FR'].map((region) => ({ region, language: region === 'DE' ? 'de-DE' : 'en-US' }));
const settings = settingsWith({}, { regions });
const documented = { $ref: '#/components/schemas/Title' };

async function answerTo(item: ItemDetails, region: string) {
  const world = readerWorld({ settings });
  await world.land([item]);
  const reader = world.open({ live: false });
  const answer = await reader.title(item.mediaType, item.id, { region, details: true });
  await reader.settled();
  return JSON.parse(JSON.stringify(answer));
}

describe('the answer about a whole title', () => {
  it('is as documented, whichever parts are known, and tells each part as known or as unknown', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryParts, fc.constantFrom('DE', 'US', 'BR'), async (parts, region) => {
        const answer = await answerTo(sampleItemDetails({ parts }), region);
        expect(schemaProblems(documented, answer)).toEqual([]);
        const { fetchedAt, unknown } = answer.details;
        const known = Object.keys(parts).filter((part) => fetchedAt[part] !== null);
        expect(known.sort()).toEqual(Object.keys(parts).sort());
        const missing = Object.keys(fetchedAt).filter((part) => !(part in parts));
        expect(unknown).toEqual(expect.arrayContaining(missing));
      }),
      { numRuns: 60 },
    );
  });

  itWithSharedData('is as documented for every recorded answer of TMDB', `${detailsFolder}/index.json`, async () => {
    const recorded = [...appendedRecordings(), ...partRecordings(), ...wholeRecordings()];
    expect(recorded.length).toBeGreaterThan(50);
    for (const { name, mediaType, answer: raw } of recorded) {
      const { cards = [], parts = {} } = normalizeWholeTitle(raw, mediaType, raw.id, settings) ?? {};
      const told = cards.map(({ language, title: { id: _id, mediaType: _type, ...card } }) => ({ language, ...card }));
      const item = sampleItemDetails({ mediaType, id: raw.id, cards: told, parts });
      for (const region of ['DE', 'BR']) {
        const answer = await answerTo(item, region);
        expect(schemaProblems(documented, answer), name).toEqual([]);
        expect(answer.details.watch === null || answer.details.watch.attribution.includes('JustWatch'), name).toBe(
          true,
        );
      }
    }
  });
});

/** Titles of which only a list in another language tells. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import type { ListedTitle } from '../../src/shared/queues/item-page.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { sampleFeed, sampleItemDetails, sampleItemTitle, samplePage, sampleTitle } from '../support/sample-messages.ts';

const settings = settingsWith({}, { regions: [{ region: 'DE', language: 'de-DE' }] });
const shown = {
  japanese: { title: '羅生門', originalTitle: '羅生門', originalLanguage: 'ja', overview: '' },
  translated: { title: 'Rashomon', originalTitle: '羅生門', originalLanguage: 'ja', overview: 'Ein Wald.' },
} satisfies Record<string, Partial<ListedTitle>>;

const listedIn = (language: string, title: Partial<ListedTitle>, fetchedAt = '2026-11-23T07:00:00.000Z') =>
  samplePage({ feed: sampleFeed({ region: 'DE', language }), titles: [sampleTitle(title)], fetchedAt });
const open = (world: ReturnType<typeof readerWorld>) => world.open({ live: false });

describe('a title that only a list in another language has', () => {
  it.each([
    ['untranslated', 'de-DE', 'de-DE', shown.japanese, { title: '羅生門', fellBack: { title: 'original' } }],
    ['untranslated', 'de-DE', 'en-US', shown.japanese, { title: '羅生門', fellBack: { title: 'original' } }],
    ['translated', 'de-DE', 'de-DE', shown.translated, { title: 'Rashomon', fellBack: {} }],
    ['translated', 'de-DE', 'en-US', shown.translated, { title: 'Rashomon', fellBack: { title: 'de-DE' } }],
    ['translated', 'de-DE', 'ko-KR', shown.translated, { title: 'Rashomon', fellBack: { overview: 'de-DE' } }],
    ['in a language that is not kept', 'pt-BR', 'en-US', shown.translated, { fellBack: { overview: 'pt-BR' } }],
  ])('%s in %s, is answered in %s at once', async (_how, listed, asked, title, expected) => {
    const world = readerWorld({ settings });
    await world.land([listedIn(listed, title)]);
    const answer = await open(world).title('movie', 550, { language: asked });
    expect([answer.from, answer.problem, answer.stale]).toEqual(['table', undefined, false]);
    expect(answer.title).toMatchObject({ ...expected, language: asked, posterPath: sampleTitle().posterPath });
  });

  it('is asked for as a whole behind the answer, once', async () => {
    const world = readerWorld({ settings });
    await world.land([listedIn('de-DE', shown.japanese)]);
    const reader = open(world);
    await reader.title('movie', 550, { language: 'de-DE' });
    await reader.title('movie', 550);
    await reader.settled();
    expect(world.jobs().map((job) => titleJobSchema.parse(job).details)).toEqual([true]);
  });

  it('gives way to what comes in the default language, whichever comes first', async () => {
    const whole = sampleItemDetails({ fetchedAt: '2026-11-23T06:00:00.000Z' });
    const later = listedIn('de-DE', { ...shown.translated, voteCount: 99_999 });
    for (const items of [
      [whole, later],
      [later, whole],
    ]) {
      const world = readerWorld({ settings });
      for (const item of items) {
        await world.land([item]);
      }
      const { title } = await open(world).title('movie', 550);
      expect(title).toMatchObject({ title: 'Fight Club', fellBack: {} });
    }
  });

  it('stands behind all translations that are looked for, though it is read under the first key', async () => {
    const world = readerWorld({ settings });
    await world.land([listedIn('de-DE', shown.translated, '2026-11-23T01:00:00.000Z')]);
    await world.land([listedIn('pt-BR', { ...shown.translated, title: 'Às Portas do Inferno', voteCount: 90_000 })]);
    const [asked, inRegion] = [{ language: 'en-US' }, { language: 'en-US', region: 'DE' }];
    const titleFor = async (options: object) => (await open(world).title('movie', 550, options)).title;
    expect(await titleFor(asked)).toMatchObject({ title: 'Às Portas do Inferno', fellBack: { title: 'pt-BR' } });
    expect(await titleFor(inRegion)).toMatchObject({ title: 'Rashomon', fellBack: { title: 'de-DE' } });
  });

  it('was asked for by itself in another language, and TMDB is away', async () => {
    const world = readerWorld({ settings });
    await world.land([sampleItemTitle({ language: 'pt-BR' })]);
    expect((await open(world).title('movie', 550)).title).toMatchObject({ id: 550, fellBack: { overview: 'pt-BR' } });
  });

  it('is one of every list that the table has, in whatever language that was fetched and is asked for', async () => {
    const language = fc.constantFrom('en-US', 'de-DE', 'ja-JP', 'pt-BR', 'en-GB');
    const title = fc.constantFrom(shown.japanese, shown.translated, {});
    const id = fc.integer({ min: 1, max: 4 });
    const page = fc.record({ language, title, id });
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 6 }), language, async (pages, asked) => {
        const world = readerWorld({ settings });
        for (const one of pages) {
          await world.land([listedIn(one.language, { ...one.title, id: one.id })]);
        }
        const reader = open(world);
        for (const one of pages) {
          const answer = await reader.title('movie', one.id, { language: asked });
          expect(answer.title?.title ?? '').not.toBe('');
        }
        await reader.close();
      }),
      { numRuns: 60 },
    );
  });
});

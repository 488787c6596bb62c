import { describe, expect, it } from 'vitest';
import { readerWorld } from '../../support/memory-reader.ts';
import { placedList, times, titled } from '../../support/placed-rows.ts';
import { settingsWith } from '../../support/reader-settings.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

const settings = settingsWith({}, { regions: [{ region: 'DE', language: 'de-DE' }] });
const popular = { category: 'popular', media: 'movie' } as const;
const german = { title: 'Der Klub', originalTitle: 'Fight Club', overview: 'Ein Klub.', language: 'de-DE' };

/** The German list of Germany, the world's, and a title in both languages. */
async function germanReader() {
  const world = readerWorld({ settings });
  const life = times(world.clock);
  await world.putRows(
    ...placedList(sampleFeed({ region: 'DE', language: 'de-DE' }), 2, life),
    ...placedList(sampleFeed(), 3, life),
    titled(550, life),
    titled(550, life, german),
  );
  return world.open({ live: false });
}

describe('without a language', () => {
  it('a region’s list is read in the language that the settings have for it', async () => {
    const reader = await germanReader();
    for (const region of ['DE', 'de']) {
      const { feed, titles, from } = await reader.list({ ...popular, region });
      expect([feed.region, feed.language, titles.length, from]).toEqual(['DE', 'de-DE', 2, expect.any(String)]);
    }
    expect((await reader.list({ ...popular, region: 'BR' })).feed.language).toBe('en-US');
    expect((await reader.list(popular)).feed).toMatchObject({ region: 'global', language: 'en-US' });
  });

  it('a title and a recommendation for a region are in it too', async () => {
    const reader = await germanReader();
    expect((await reader.title('movie', 550, { region: 'DE' })).title).toMatchObject({
      title: 'Der Klub',
      language: 'de-DE',
    });
    expect((await reader.title('movie', 550)).title?.language).toBe('en-US');
    const { picks } = await reader.recommend({ region: 'DE', media: 'movie' });
    expect(new Set(picks.map(({ language }) => language))).toEqual(new Set(['de-DE']));
  });
});

describe('a language that is named', () => {
  it('wins over the region’s, in any case and by itself', async () => {
    const reader = await germanReader();
    expect((await reader.list({ ...popular, region: 'DE', language: 'EN' })).feed.language).toBe('en-US');
    expect((await reader.title('movie', 550, { language: 'DE-de' })).title).toMatchObject({
      title: 'Der Klub',
      language: 'de-DE',
      fellBack: {},
    });
    expect((await reader.titles([{ mediaType: 'movie', id: 550 }], { language: 'de' }))[0]?.title?.title).toBe(
      'Der Klub',
    );
  });
});

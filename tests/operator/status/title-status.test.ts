import { describe, expect, it } from 'vitest';
import { readTitleStatus } from '../../../src/operator/status/title-status.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { Settings } from '../../../src/shared/settings/settings-schema.ts';
import { detailsKey } from '../../../src/shared/tables/details-row.ts';
import type { FeedHead } from '../../../src/shared/tables/feed-head.ts';
import { rowKeyText } from '../../../src/shared/tables/row.ts';
import { sampleHead } from '../../support/feed-heads-contract.ts';
import { pageContent, pageKeys } from '../../support/list-pages.ts';
import { memoryCatalog } from '../../support/memory-catalog.ts';
import { memoryUsageStore } from '../../support/memory-usage-store.ts';
import { sampleListPage } from '../../support/sample-rows.ts';

const nowMs = Date.UTC(2026, 10, 23, 9);
const feed = { category: 'popular', media: 'movie', region: 'global', language: 'en-US' } as const;

/** A table with a list of these films, of which some have details with the given times (hours from now). */
async function look(
  details: Readonly<Record<number, { fresh: number; expires: number }>>,
  ids: readonly number[],
  settings: Settings = defaultSettings,
  heads: readonly FeedHead[] = [sampleHead({ expiration: nowMs / 1_000 + 3_600 })],
) {
  const catalog = memoryCatalog();
  const titles = ids.map((id) => ({ id, mediaType: 'movie' as const, genreIds: [18] }));
  await catalog.putIfNewer(
    sampleListPage({ ...pageKeys(feed, 1), ...pageContent(titles), expiresAt: nowMs / 1_000 + 3_600 }),
  );
  const usage = memoryUsageStore();
  await usage.add('usage#2026-11-22T10#plan', { 't:movie/1': 1, 't:~other': 40, 'n:changesCalls': 9 }, nowMs);
  await usage.add('usage#2026-11-23T08#plan', { 't:movie/1': 2, 'f:popular/movie/global/en-US': 7 }, nowMs);
  await usage.add('usage#2026-11-21T08#plan', { 't:movie/2': 5 }, nowMs);
  const readDetails: typeof catalog.readDetails = async (keys) =>
    new Map(
      keys.flatMap((key) => {
        const times = details[Number(key.mediaId)];
        const atMs = (hours: number) => nowMs + hours * 3_600_000;
        const row = times && {
          ...{
            ...key,
            mediaType: 'movie+details' as const,
            schemaVersion: 1 as const,
            version: '1',
            source: 'tmdb' as const,
          },
          ...{ fetchedAt: '2026-11-22T08:00:00.000Z', parts: new Uint8Array() },
          freshUntil: new Date(atMs(times.fresh)).toISOString(),
          expiresAt: atMs(times.expires) / 1_000,
        };
        return row === undefined ? [] : [[rowKeyText(detailsKey('movie', Number(key.mediaId))), row] as const];
      }),
    );
  return readTitleStatus(heads, { catalog: { ...catalog, readDetails }, usage }, settings, nowMs);
}

describe('whole titles in a status', () => {
  it('are fresh, stale or missing in a sample, beside the calls of the last day', async () => {
    const details = {
      1: { fresh: 1, expires: 9 },
      2: { fresh: -1, expires: 9 },
      3: { fresh: -9, expires: -1 },
    };
    expect(await look(details, [1, 2, 3, 4])).toEqual({
      sample: {
        feeds: ['popular/movie/global/en-US'],
        ...{ titles: 4, fresh: 1, stale: 1, missing: 2, freshShare: 0.25 },
      },
      callsPlanned: 52,
      callsPerDay: 250,
    });
  });

  it('are none of lists that have expired, or of ranks that nobody keeps', async () => {
    const none = { feeds: [], ...{ titles: 0, fresh: 0, stale: 0, missing: 0, freshShare: null } };
    const expired = [sampleHead({ expiration: nowMs / 1_000 - 1 })];
    expect((await look({}, [1], defaultSettings, expired))?.sample).toEqual(none);
    const noRanks = { ...defaultSettings, details: { ...defaultSettings.details, ranksPerFeed: 0 } };
    expect((await look({}, [1], noRanks))?.sample).toEqual(none);
  });

  it('are not told where the settings keep none', async () => {
    const off = { ...defaultSettings, details: { ...defaultSettings.details, enabled: false } };
    expect(await look({}, [1], off)).toBeUndefined();
  });
});

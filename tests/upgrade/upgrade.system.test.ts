import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';
import type { Item } from '../support/table-dump.ts';
import { bodiesOf, readRecordings } from './recording.ts';
import { type Upgraded, upgradeFrom } from './upgraded-stack.ts';

const scratch = scratchFolder();
const recordings = readRecordings();
const upgrades = new Map<string, Upgraded>();

// At once: each of them waits for deferred jobs most of the time.
beforeAll(async () => {
  const upgrade = async (recording: (typeof recordings)[number]) => {
    upgrades.set(recording.commit, await upgradeFrom(recording, mkdtempSync(join(scratch, 'release-'))));
  };
  await Promise.all(recordings.map(upgrade));
}, 300_000);

describe.each(recordings)('this release, on what release $commit has left,', (recording) => {
  const upgraded = () => upgrades.get(recording.commit) as Upgraded;
  const catalogRow = (mediaId: string, mediaType: string, rows: readonly Item[] = upgraded().tables.catalog) =>
    rows.find((row) => row.mediaId === mediaId && row.mediaType === mediaType);
  const controlItem = (id: string) => upgraded().tables.control.find((item) => item.id === id);

  it('reads its lists from the table', () => {
    const { lists } = upgraded();
    expect(lists['popular/tv']).toMatchObject({ from: 'table', stale: false });
    expect(lists['popular/tv']?.titles.map(({ id }) => id)).toEqual([200_037, 200_074, 200_777, 200_814]);
    expect(lists['popular/movie?region=DE']).toMatchObject({ from: 'table', stale: false });
    expect(lists['trending/all']).toMatchObject({ from: 'table', stale: true });
  });

  it('leaves the rows as they are that nothing newer came for', () => {
    for (const page of ['page#0001', 'page#0002']) {
      const row = catalogRow('popular/tv/global/en-US', page);
      expect(row).toBeDefined();
      expect(row).toEqual(catalogRow('popular/tv/global/en-US', page, recording.catalog));
    }
  });

  it('writes the pages and titles that waited for the writer, over the older rows', () => {
    const items = bodiesOf(recording.itemQueue);
    expect(items.map(({ kind }) => kind).sort()).toEqual(['item-page', 'item-title']);
    const page = items.find(({ kind }) => kind === 'item-page');
    const key = ['popular/movie/global/en-US', 'page#0001'] as const;
    expect(catalogRow(...key, recording.catalog)?.snapshot).not.toBe(page?.snapshot);
    expect(catalogRow(...key)?.snapshot).toBe(page?.snapshot);
    expect(catalogRow('4243', 'tv')).toMatchObject({ title: 'Breaking Bad', fetchedAt: expect.any(String) });
  });

  it('fetches the jobs that waited for TMDB, lists and titles', () => {
    const jobs = bodiesOf(recording.fetchQueue);
    const lists = jobs.filter(({ kind }) => kind === 'fetch-job');
    expect(lists.length).toBeGreaterThanOrEqual(4);
    for (const { feed, snapshot } of lists) {
      const id = [feed?.category, feed?.media, feed?.region, feed?.language].join('/');
      expect([id, catalogRow(id, 'page#0001')?.snapshot]).toEqual([id, snapshot]);
    }
    expect(jobs.filter(({ kind }) => kind === 'title-job').length).toBeGreaterThan(0);
    expect(catalogRow('100037', 'movie@de-DE')).toBeDefined();
  });

  it('closes its breaker, replaces its throttle, and knows what it has in flight', () => {
    const { breaker, jobsOfAnother } = upgraded();
    expect(recording.control.find(({ id }) => id === 'breaker')).toMatchObject({ state: 'open' });
    expect(breaker.state).toBe('closed');
    expect(controlItem('rate-schedule')).toMatchObject({ endsMs: expect.any(Array), revision: expect.any(String) });
    expect(jobsOfAnother).toEqual([]);
  });

  it('does not start a run again that it had started', () => {
    expect(recording.control.filter(({ id }) => String(id).startsWith('run#'))).toHaveLength(1);
    expect(upgraded().jobsOfRunAgain).toBe(0);
  });

  it('reports the reads that it had counted', () => {
    const counters = recording.control.filter(({ id }) => /^usage#.*#(feeds|titles)/.test(String(id)));
    const reads = counters.flatMap((item) => Object.entries(item).filter(([name]) => name.startsWith('r:')));
    expect(reads.length).toBeGreaterThan(1);
    const counted = reads.reduce((sum, [, count]) => sum + Number(count), 0);
    expect(upgraded().readsReported).toBe(counted);
  });

  it('lists its dead letters by their reasons, and replays them: a list that TMDB has by now, a page, no malformed one', () => {
    const { dead, deadAfterReplay } = upgraded();
    const reasonsOf = (name: 'fetch' | 'items') => dead[name].letters.map(({ reason }) => reason).sort();
    expect(reasonsOf('fetch')).toEqual(['malformed', 'moved-by-sqs', 'refused-by-tmdb']);
    expect(reasonsOf('items')).toEqual(['malformed', 'moved-by-sqs']);
    expect(deadAfterReplay).toEqual({ fetch: 1, items: 1 });
    expect(catalogRow('popular/movie/FR/en-US', 'page#0001', recording.catalog)).toBeUndefined();
    expect(catalogRow('popular/movie/FR/en-US', 'page#0001')).toBeDefined();
  });

  it('says nothing of failures, and ends well', () => {
    const { local } = upgraded();
    expect(local.code).toBe(0);
    expect(local.stderr).not.toMatch(/failed|error|damaged|cannot/i);
  });
});

it('has releases to upgrade from', () => {
  expect(recordings.length).toBeGreaterThanOrEqual(2);
});

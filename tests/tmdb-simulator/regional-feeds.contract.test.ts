import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dailyPlan } from '../../src/planner/base-plan.ts';
import { type Feed, feedId } from '../../src/shared/core/feed.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { feedRequest } from '../../src/shared/tmdb/feed-request.ts';
import { type Client, type Row, startClient } from './simulator-fixture.ts';

const regions = { US: 'en-US', GB: 'en-GB', DE: 'de-DE', JP: 'ja-JP', IN: 'hi-IN' };
const settings = settingsFrom(
  JSON.stringify({ regions: Object.entries(regions).map(([region, language]) => ({ region, language })) }),
);
const feeds = dailyPlan(settings).map(({ feed }) => feed);

let client: Client;
let lists: Map<Feed, Row[]>;
beforeAll(async () => {
  client = await startClient();
  const snapshot = `${new Date(client.clock.nowMs()).toISOString().slice(0, 19)}Z.0badcafe`;
  lists = new Map();
  for (const feed of feeds) {
    const { path, query } = feedRequest({ feed, page: 1, snapshot }, settings);
    lists.set(feed, await client.rows(`${path}?${new URLSearchParams(query)}`));
  }
});
afterAll(() => client.simulator.close());

const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);
const shared = (one: readonly Row[], other: readonly Row[]) => {
  const ids = new Set(idsOf(other));
  return idsOf(one).filter((id) => ids.has(id)).length;
};

const ofCategory = (category: string) =>
  [...lists].filter(([feed]) => feed.category === category && feed.region !== 'global');

describe('the lists of the regions US, GB, DE, JP and IN', () => {
  test('are all there: three categories of both media each', () => {
    expect(feeds.filter(({ region }) => region !== 'global')).toHaveLength(5 * 3 * 2);
    expect([...lists].filter(([, rows]) => rows.length < 15).map(([feed]) => feedId(feed))).toEqual([]);
  });

  test.each(['popular', 'trending', 'local_originals'])('differ from region to region: %s', (category) => {
    for (const [feed, rows] of ofCategory(category)) {
      const others = ofCategory(category).filter(([other]) => other !== feed && other.media === feed.media);
      expect(others).toHaveLength(4);
      for (const [other, otherRows] of others) {
        const count = shared(rows, otherRows);
        expect(count, `${feedId(feed)} and ${feedId(other)}`).toBeLessThan(rows.length);
      }
    }
  });

  test('hold what was made there under local originals, and no title twice', () => {
    for (const [feed, rows] of [...lists].filter(([{ category }]) => category === 'local_originals')) {
      expect(new Set(idsOf(rows)).size).toBe(rows.length);
      if (feed.media === 'tv') {
        expect(rows.filter((row) => !(row.origin_country as string[]).includes(feed.region))).toEqual([]);
      }
    }
    const [us, de] = ['US', 'DE'].map((region) =>
      [...lists].find(
        ([feed]) => feed.category === 'local_originals' && feed.media === 'movie' && feed.region === region,
      ),
    );
    expect(shared(us?.[1] ?? [], de?.[1] ?? [])).toBe(0);
  });

  test('hold no adult title', () => {
    expect([...lists.values()].flat().filter(({ adult }) => adult !== false)).toEqual([]);
  });
});

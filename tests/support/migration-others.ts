/** Everybody else at a table that the command migrates: no step of theirs waits for it, some of them come just before its own. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Random } from '../../src/shared/core/clock.ts';
import type { Feed } from '../../src/shared/core/feed.ts';
import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoCatalogReader, dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { assembleList } from '../../src/shared/tables/read-list.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { deliveriesOf } from './deliver-pages.ts';
import type { PassingCall } from './kill-proxy.ts';
import { drawBelow, drawLegacyItem, type LegacySample, type TitleFacts } from './legacy-rows.ts';
import { putAll } from './legacy-tables.ts';
import { memoryFeedHeads } from './memory-feed-heads.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { sampleFeed, samplePage, sampleTitle } from './sample-messages.ts';
import { unpaced } from './unpaced.ts';

/** Who reads and writes `table`, and which of its rows. */
export type MigrationOthersOptions = {
  client: DynamoDBDocumentClient;
  table: string;
  random: Random;
  /** Are read by the reader. */
  read: readonly LegacySample[];
  /** Come in a list, sooner or later. */
  listed: readonly LegacySample[];
  /** Are written by the writer just before the command puts them. */
  overtaken: readonly LegacySample[];
  /** Are written by the predecessor just before the command puts them, by `keyText`. */
  rewritten: ReadonlyMap<string, TitleFacts>;
};

export type MigrationOthers = ReturnType<typeof migrationOthers>;

/** One text for a title's key. */
export function keyText({ id, mediaType }: { id: number; mediaType: string }): string {
  return `${id} ${mediaType}`;
}

/** The writer, the predecessor and a reader of the same table. */
export function migrationOthers(options: MigrationOthersOptions) {
  const { client, table, random, rewritten } = options;
  const reader = dynamoCatalogReader(client, table);
  const writer = {
    store: dynamoCatalogStore(client, table),
    heads: memoryFeedHeads(),
    telemetry: recordingTelemetry(),
    pace: unpaced,
    settings: defaultSettings,
  };
  const pages: ItemPage[] = [];
  const problems: string[] = [];
  const counts = { reads: 0, lists: 0, overtaken: 0 };
  const writtenAgain = new Set<string>();
  const seen = new Map<string, string>();
  const toList = [...options.listed];
  const toOvertake = new Map(options.overtaken.map((sample) => [keyText(sample.facts), sample]));

  async function write(batch: readonly LegacySample[], category: Feed['category']): Promise<void> {
    if (batch.length > 0) {
      const page = pageOf(batch, pages.length, category);
      const failures = await applyItems(deliveriesOf([page]), writer);
      problems.push(...[...failures.values()].map(({ detail }) => detail));
      pages.push(page);
    }
  }

  async function readTitles(): Promise<void> {
    const samplesRead = Array.from({ length: 40 }, () => options.read[drawBelow(random, options.read.length)]);
    const keys = new Map(samplesRead.flatMap((sample) => (sample ? [[keyText(sample.facts), sample.facts]] : [])));
    const read = [...keys.values()].map(({ id, mediaType }) => ({ mediaId: String(id), mediaType }));
    const rows = [...(await reader.readTitles(read)).values()];
    const readable = new Map(rows.map((row) => [`${row.mediaId} ${row.mediaType}`, row.version]));
    counts.reads += 1;
    for (const key of keys.keys()) {
      const version = readable.get(key) ?? '';
      if (version < (seen.get(key) ?? '')) {
        problems.push(`${key} went from ${seen.get(key)} to ${version || 'nothing'}`);
      }
      seen.set(key, version);
    }
  }

  async function readList(): Promise<void> {
    const newest = pages.findLast(({ feed }) => feed.category === 'trending');
    const rows = newest && (await reader.listPages(newest.feed, 5).catch(() => undefined));
    if (newest === undefined || rows === undefined) {
      problems.push(...(counts.lists > 0 ? ['the index was there, and then it was not'] : []));
      return;
    }
    counts.lists += 1;
    const titles = assembleList(rows, newest.titles.length, Date.now()).map(({ title }) => title);
    const expected = newest.titles.map(({ title }) => title);
    if (titles.join() !== expected.join()) {
      problems.push(`the list held ${titles.join()} instead of ${expected.join()}`);
    }
  }

  return {
    pages,
    problems,
    counts,
    writtenAgain,
    /** A page is written, some titles and the list are read. */
    step: async () => {
      await write(toList.splice(drawBelow(random, toList.length), 2), 'trending');
      await readTitles();
      await readList();
      await new Promise((resolve) => setTimeout(resolve, 40));
    },
    /** Somebody is faster than the command, by the blink of an eye. */
    beforeCall: async ({ operation, body }: PassingCall) => {
      const item = operation === 'PutItem' && body.TableName === table ? (body.Item as RawKey) : undefined;
      const key = `${item?.mediaId.S} ${item?.mediaType.S}`;
      const sample = toOvertake.get(key);
      const facts = rewritten.get(key);
      if (sample !== undefined && toOvertake.delete(key)) {
        await write([sample], 'genre_18');
        counts.overtaken += 1;
      }
      if (facts !== undefined && !writtenAgain.has(key)) {
        writtenAgain.add(key);
        await putAll(client, table, [drawLegacyItem(random, facts)]);
      }
    },
  };
}

type RawKey = { mediaId: { S: string }; mediaType: { S: string } };

/** A page of a snapshot of its own, fetched now, with other titles than the predecessor knew. */
function pageOf(batch: readonly LegacySample[], n: number, category: Feed['category']): ItemPage {
  const second = new Date(Date.UTC(2026, 10, 25) + n * 1_000).toISOString().slice(0, 19);
  const titles = batch.map(({ facts: { id, mediaType } }, index) =>
    sampleTitle({ rank: index + 1, id, mediaType, title: `written ${id}` }),
  );
  return samplePage({
    snapshot: `${second}Z.0badcafe`,
    feed: sampleFeed({ category, media: 'all' }),
    pages: 1,
    fetchedAt: new Date().toISOString(),
    titles,
  });
}

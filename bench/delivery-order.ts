/**
 * Does the table depend on the order of delivery? Two rules for one title row over all orders of five messages of one day:
 * the usual one (the newer fetch wins, unless nothing but the volatile figures moved, and those by less than a share), and
 * the version rule of this pipeline.
 */

import { canonicalJson } from '../src/shared/core/stable-hash.ts';
import { emptyCard } from '../src/shared/queues/card-fields.ts';
import type { ItemPage, ListedTitle } from '../src/shared/queues/item-page.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { type TitleRow, titleRowFor } from '../src/shared/tables/title-row.ts';
import { seededRandom } from '../tests/support/seeded-random.ts';
import { type BenchReport, benchEnvironment } from './bench-report.ts';

const sets = 2_000;
const messagesPerSet = 5;
const movedShare = 0.05;
const dayStartMs = Date.UTC(2026, 10, 23);

type Message = { fetchedAtMs: number; listed: ListedTitle };

/** Runs the comparison. */
export async function benchDeliveryOrder(): Promise<BenchReport> {
  const random = seededRandom(1).next;
  const counts = { usual: 0, versions: 0, usualWrites: 0, versionWrites: 0, newestWrites: 0 };
  for (let set = 0; set < sets; set += 1) {
    const messages = messagesOfOneTitle(random);
    const orders = permutations(messages);
    counts.usual +=
      distinct(orders.map((order) => order.reduce<Message | undefined>(usualRule, undefined))) > 1 ? 1 : 0;
    counts.versions += distinct(orders.map((order) => order.map(rowOf).reduce(versionRule))) > 1 ? 1 : 0;
    counts.usualWrites += writesInOrder(messages, usualRule);
    counts.versionWrites += writesInOrder(messages.map(rowOf), (present, row) =>
      present === undefined ? row : versionRule(present, row),
    );
    counts.newestWrites += messagesPerSet;
  }
  const share = (count: number) => (100 * count) / sets;
  return {
    bench: 'delivery-order',
    method: `${sets} sets of ${messagesPerSet} messages of one title within one day, seeded; all ${120} orders of each; a set counts when two orders end in different rows. Writes: delivered in the order they were fetched.`,
    environment: benchEnvironment({}),
    results: [
      {
        subject: 'newer wins, small moves skipped',
        metric: 'order-dependent sets',
        value: share(counts.usual),
        unit: '%',
      },
      { subject: 'greater version wins', metric: 'order-dependent sets', value: share(counts.versions), unit: '%' },
      {
        subject: 'newer wins, nothing skipped',
        metric: 'writes per message in order',
        value: counts.newestWrites / (sets * messagesPerSet),
        unit: '',
      },
      {
        subject: 'newer wins, small moves skipped',
        metric: 'writes per message in order',
        value: counts.usualWrites / (sets * messagesPerSet),
        unit: '',
      },
      {
        subject: 'greater version wins',
        metric: 'writes per message in order',
        value: counts.versionWrites / (sets * messagesPerSet),
        unit: '',
      },
    ],
    targets: [{ name: 'order-dependent sets', value: counts.versions, target: '0', met: counts.versions === 0 }],
  };
}

function usualRule(present: Message | undefined, message: Message): Message {
  if (present === undefined) {
    return message;
  }
  if (message.fetchedAtMs <= present.fetchedAtMs) {
    return present;
  }
  const sameText = message.listed.overview === present.listed.overview;
  const moved = (a: number, b: number) => Math.abs(a - b) > movedShare * Math.max(a, b);
  const figuresMoved =
    moved(message.listed.voteCount, present.listed.voteCount) ||
    moved(message.listed.popularity, present.listed.popularity);
  return sameText && !figuresMoved ? present : message;
}

function versionRule(present: TitleRow, row: TitleRow): TitleRow {
  return present.version < row.version ? row : present;
}

function writesInOrder<T>(messages: readonly T[], rule: (present: T | undefined, message: T) => T): number {
  let writes = 0;
  let present: T | undefined;
  for (const message of messages) {
    const next = rule(present, message);
    writes += next === present ? 0 : 1;
    present = next;
  }
  return writes;
}

/** Votes creep up, popularity wanders, and now and then somebody edits the overview. */
function messagesOfOneTitle(random: () => number): Message[] {
  let voteCount = Math.round(50 + random() * 2_000);
  let overview = 'first text';
  return Array.from({ length: messagesPerSet }, (_, index) => {
    voteCount += Math.round(voteCount * random() * 0.04);
    overview = random() < 0.1 ? `text ${index}` : overview;
    return {
      fetchedAtMs: dayStartMs + index * 4 * 3_600_000,
      listed: {
        rank: 1,
        mediaType: 'movie',
        id: 550,
        ...emptyCard,
        title: 'A title',
        originalTitle: 'A title',
        overview,
        releaseDate: '2020-01-01',
        voteAverage: 7.1,
        voteCount,
        popularity: Number((100 * (1 + (random() - 0.5) * 0.08)).toFixed(3)),
        genreIds: [18],
        originalLanguage: 'en',
      },
    };
  });
}

function rowOf({ fetchedAtMs, listed }: Message): TitleRow {
  const page: ItemPage = {
    kind: 'item-page',
    version: 1,
    jobId: 'bench',
    runId: '00000000',
    snapshot: '2026-11-23T08:00:00Z.00000000',
    feed: { category: 'popular', media: 'movie', region: 'global', language: 'en-US' },
    page: 1,
    pages: 1,
    fetchedAt: new Date(fetchedAtMs).toISOString(),
    titles: [listed],
    rejected: 0,
    persons: 0,
  };
  return titleRowFor({ language: page.feed.language, fetchedAt: page.fetchedAt }, listed, defaultSettings);
}

function distinct(rows: readonly unknown[]): number {
  return new Set(rows.map(canonicalJson)).size;
}

function permutations<T>(items: readonly T[]): T[][] {
  return items.length <= 1
    ? [[...items]]
    : items.flatMap((item, index) =>
        permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
      );
}

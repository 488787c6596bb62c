/** What must hold at every change of a row or a head. */
import type { CatalogRow } from '../../../src/shared/ports/catalog.ts';
import type { FeedHead } from '../../../src/shared/table/feed-head.ts';
import { rowKeyText } from '../../../src/shared/table/row.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { rowText } from './row-text.ts';

/** A row as it came into the table, or went. */
export type RowChange = { atMs: number; key: string; row: CatalogRow | undefined };

export type TableLog = {
  readonly changes: RowChange[];
  /** Units that puts have taken. */
  writeUnits: number;
  /** Keys of the rows that time to live has removed. */
  readonly removed: Set<string>;
  headWrites: number;
};

const hourMs = 3_600_000;
const softHours: Record<string, number> = { popular: 24, trending: 4, genre: 72, hidden_gems: 72, award_winning: 168 };
const titleSoftHours = 168;

/** Soft TTL of a category's pages, in milliseconds, as the documentation has it. */
export function softMsOf(category: string): number {
  return (softHours[category.startsWith('genre_') ? 'genre' : category] ?? 24) * hourMs;
}

/** Soft TTL of a title. */
export const titleSoftMs = titleSoftHours * hourMs;

/** Stands before the tables of a world, and watches. */
export function watchTables(world: SimWorld): TableLog {
  const { tables, clock, violations, around } = world;
  const log: TableLog = { changes: [], writeUnits: 0, removed: new Set(), headWrites: 0 };
  const contents = new Map<string, string>();
  const versions = new Map<string, string>();
  const { putIfNewer, removeExpired } = tables.catalog;
  const { replace } = tables.heads;

  tables.catalog.putIfNewer = async (row) => {
    const key = rowKeyText(row);
    checkContent(row, key, contents, world);
    checkLife(row, world);
    const answer = await putIfNewer(row);
    log.writeUnits += answer.writeUnits;
    if (answer.written) {
      if ((versions.get(key) ?? '') >= row.version) {
        violations.add('versions', `${key}: ${versions.get(key)} was followed by ${row.version}`);
      }
      versions.set(key, row.version);
      log.changes.push({ atMs: clock.monotonicMs(), key, row });
      world.putTimesMs.push(clock.monotonicMs());
      around.trace.note(`row ${key.replace('\n', ' ')} ${row.version} ${row.freshUntil}`);
    }
    return answer;
  };
  tables.catalog.removeExpired = (nowMs) => {
    const gone = removeExpired(nowMs);
    for (const key of gone) {
      log.removed.add(key);
      versions.delete(key);
      log.changes.push({ atMs: clock.monotonicMs(), key, row: undefined });
    }
    return gone;
  };
  tables.heads.replace = async (head, seen) => {
    const answer = await replace(head, seen);
    log.headWrites += 1;
    if (answer.replaced) {
      checkHead(head, seen, world);
      checkPagesAreIn(head, log, world);
    }
    return answer;
  };
  return log;
}

/** A version names the content of its row completely. */
function checkContent(row: CatalogRow, key: string, contents: Map<string, string>, { violations }: SimWorld): void {
  const text = rowText(row);
  const name = `${key}\n${row.version}`;
  const known = contents.get(name);
  if (known !== undefined && known !== text) {
    violations.add('versions', `one version, two rows: ${known} and ${text}`);
  }
  contents.set(name, text);
}

/** Fresh for 0.9 to 1.1 soft TTLs, there for 3 to 3.1 of them. */
function checkLife(row: CatalogRow, { violations }: SimWorld): void {
  const softMs = 'category' in row ? softMsOf(row.category.split('/')[0] ?? '') : titleSoftMs;
  const fetchedMs = Date.parse(row.fetchedAt);
  const fresh = (Date.parse(row.freshUntil) - fetchedMs) / softMs;
  const there = (row.expiresAt * 1_000 + 999 - fetchedMs) / softMs;
  const isThere = there >= 3 && there <= 3.1 + 1_000 / softMs;
  if (fresh < 0.9 || fresh > 1.1 || !isThere) {
    violations.add('row-life', `${row.mediaId} ${row.mediaType}: fresh for ${fresh}, there for ${there} soft TTLs`);
  }
}

function checkHead(head: FeedHead, seen: FeedHead | undefined, { violations }: SimWorld): void {
  if (seen === undefined) {
    return;
  }
  const same = head.snapshot === seen.snapshot;
  const lost = seen.pagesApplied.filter((page) => !head.pagesApplied.includes(page));
  if (head.snapshot < seen.snapshot || (same && (lost.length > 0 || head.fetchedAt > seen.fetchedAt))) {
    violations.add('heads', `${JSON.stringify(seen)} was followed by ${JSON.stringify(head)}`);
  }
}

/** A page that a head names is in the table, or what is newer. */
function checkPagesAreIn(head: FeedHead, log: TableLog, { tables, queues, violations }: SimWorld): void {
  const rows = new Map(tables.catalog.rows().map((row) => [rowKeyText(row), row]));
  const isIn = (page: number) => {
    const key = `${head.feed}\npage#${String(page).padStart(4, '0')}`;
    const row = rows.get(key);
    return log.removed.has(key) || (row !== undefined && 'snapshot' in row && row.snapshot >= head.snapshot);
  };
  const pages = queues.items.queue.sent
    .filter(({ body }) => body.includes(head.snapshot))
    .map(({ body }) => JSON.parse(body))
    .filter(({ kind, jobId }) => kind === 'item-page' && jobId.includes(head.feed));
  for (const page of head.pagesApplied) {
    const came = pages.filter((one) => one.page === page);
    // A page without titles has no row.
    if (came.length === 0 || !(came.some(({ titles }) => titles.length === 0) || isIn(page))) {
      violations.add(
        'heads',
        `the head of ${head.feed} names page ${page} of ${head.snapshot}, which is not in the table`,
      );
    }
  }
}

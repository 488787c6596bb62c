/** What must hold at every change of a row or a head. */

import { hourMs } from '../../../src/shared/core/clock.ts';
import type { ItemPage } from '../../../src/shared/queues/item-page.ts';
import type { CatalogJoinedRow, CatalogRow } from '../../../src/shared/tables/catalog.ts';
import type { FeedHead } from '../../../src/shared/tables/feed-head.ts';
import { rowKeyText } from '../../../src/shared/tables/row.ts';
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

const softHours: Record<string, number> = { popular: 24, trending: 4, genre: 72, hidden_gems: 72, award_winning: 168 };
const titleSoftHours = 168;

/** Soft TTL of a category's pages, in milliseconds, as the documentation has it. */
export function softMsOf(category: string): number {
  return (softHours[category.startsWith('genre_') ? 'genre' : category] ?? 24) * hourMs;
}

/** Soft TTL of a title. */
export const titleSoftMs = titleSoftHours * hourMs;

/** A joined row never loses what it had: each version is greater than the one before, and no part goes. */
function watchJoinedRows({ tables, violations }: SimWorld): void {
  const before = new Map<string, CatalogJoinedRow>();
  const { replace } = tables.catalog;
  tables.catalog.replace = async (row, seen) => {
    const answer = await replace(row, seen);
    const key = rowKeyText(row);
    const known = before.get(key);
    if (answer.replaced && known !== undefined && known.version >= row.version) {
      violations.add('versions', `${key}: ${known.version} was followed by ${row.version}`);
    }
    if (answer.replaced) {
      before.set(key, row);
    }
    return answer;
  };
}

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
  watchJoinedRows(world);
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
  const [before, after] = [seen.newest ?? seen, head.newest ?? head];
  const titled = seen.pagesApplied.length > 0;
  const lost = seen.pagesApplied.filter((page) => !head.pagesApplied.includes(page));
  const isLater = lost.length > 0 || head.fetchedAt > seen.fetchedAt;
  // An empty list gives way to one with titles, however old; and what no row says, to whatever one does.
  const wentBack = titled && (head.snapshot < seen.snapshot || (head.snapshot === seen.snapshot && isLater));
  if (after.snapshot < before.snapshot || wentBack) {
    violations.add('heads', `${JSON.stringify(seen)} was followed by ${JSON.stringify(head)}`);
  }
}

/** A head never says more than the rows: what it names, and that a list is empty, is in the table, or what is newer. */
function checkPagesAreIn(head: FeedHead, log: TableLog, { tables, queues, violations }: SimWorld): void {
  const rows = new Map(tables.catalog.rows().map((row) => [rowKeyText(row), row]));
  const isIn = (page: number, titled: boolean) => {
    const key = `${head.feed}\npage#${String(page).padStart(4, '0')}`;
    const row = rows.get(key);
    const isThere = row !== undefined && 'snapshot' in row && row.snapshot >= head.snapshot;
    return log.removed.has(key) || (isThere && (!titled || row.places.length > 0 || row.snapshot > head.snapshot));
  };
  const came = queues.items.queue.sent
    .filter(({ body }) => body.includes(head.snapshot))
    .map(({ body }) => JSON.parse(body))
    .filter(({ kind, jobId }) => kind === 'item-page' && jobId.includes(head.feed));
  const untrue = head.pagesApplied.filter(
    (page) => !(isIn(page, true) && came.some((one) => one.page === page && one.titles.length > 0)),
  );
  if (untrue.length > 0) {
    violations.add(
      'heads',
      `the head of ${head.feed} names pages ${untrue} of ${head.snapshot}, which are not in the table`,
    );
  }
  if (head.pagesApplied.length === 0) {
    const first = rows.get(`${head.feed}\npage#0001`);
    // Its row gives way to titles that outweigh it; their head may be yet to come.
    const isOutweighed = first !== undefined && 'snapshot' in first && first.snapshot > (head.emptyAs ?? '');
    const isInTable = isIn(1, false) || (isOutweighed && first.places.length > 0);
    checkEmptyHead(head, came.some((one) => one.page === 1 && isEmptyPage(one)) && isInTable, violations);
  }
}

/** Without titles a list is fresh only where a row says that it is empty. */
function checkEmptyHead(head: FeedHead, hasRow: boolean, violations: SimWorld['violations']): void {
  const isFresh = Date.parse(head.freshUntil) > Date.parse(head.fetchedAt);
  if (isFresh !== (head.emptyAs !== undefined) || (isFresh && !hasRow)) {
    violations.add('heads', `no row says what the head does: ${JSON.stringify(head)}`);
  }
}

function isEmptyPage({ titles, rejected, absence }: ItemPage): boolean {
  return titles.length === 0 && rejected === 0 && absence === undefined;
}

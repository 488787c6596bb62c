/**
 * What a reader without TMDB must answer, told in another way than the code tells it: a table, what was read of it and when, and
 * a table that is left alone after three failures. Figures are those of the default settings.
 */
import { brotliDecompressSync } from 'node:zlib';
import { feedId } from '../../src/shared/core/feed.ts';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import type { DetailsRow } from '../../src/shared/tables/details-row.ts';
import { english, type ReaderAct, type TableState } from './arbitrary-reads.ts';
import { titlesOfPage } from './list-pages.ts';

/** A moment on both clocks. */
export type Moment = { wallMs: number; monotonicMs: number };

/** What an answer is told by: texts of the rows, best first. */
export type Expected = {
  from: string;
  problem: string | undefined;
  titles: string[];
  stale: boolean;
  /** Of a title with details: the parts of which nothing is known. */
  unknown?: string[];
};

/** The parts of a title's details, as TMDB's call brings them. */
const partNames = [
  'base',
  'keywords',
  'credits',
  'externalIds',
  'certifications',
  'watch',
  'videos',
  'recommendations',
];

/** A title's row, or a title on a page of a list. */
type Row = {
  /** The table's key of the row. */
  key: string;
  title: string;
  /** Which title it is. */
  id: string;
  language: string;
  freshUntil: string;
  expiresAt: number;
  /** That a list is empty, which is no title. */
  nothing?: true;
  /** Of a list: the feed, the snapshot, and the rank. */
  placed?: { feed: string; snapshot: string; rank: number };
  /** Of details: the parts. */
  parts?: Record<string, Pick<Row, 'freshUntil' | 'expiresAt'>>;
};
type Kept = { rows: Row[]; sinceMs: number; seconds: number };
/** What the table holds under a key, and how long that answers from memory. */
type Held = { key: string; rows: Row[]; seconds: number };
/** How a read went; `loaded` is what the table was asked for. */
type Tried = { works: boolean; after: Moment; loaded: Set<string> };

export function readerModel() {
  const table: Row[] = [];
  const memory = new Map<string, Kept>();
  const asksTable = modelGuard();

  /** Reads what is not in memory, or too old there. */
  const read = (wanted: readonly Held[], state: TableState, at: Moment): Tried => {
    const due = wanted.filter(({ key }) => {
      const kept = memory.get(key);
      return kept === undefined || at.monotonicMs - kept.sinceMs > kept.seconds * 1_000;
    });
    const tried = due.length === 0 ? { works: true, after: at } : asksTable(state, at);
    for (const { key, rows, seconds } of tried.works ? due : []) {
      memory.set(key, { rows, seconds, sinceMs: at.monotonicMs });
    }
    return { ...tried, loaded: new Set(due.map(({ key }) => key)) };
  };

  return {
    put: (row: CatalogRow) => {
      const rows = rowsOf(row);
      const others = table.filter((known) => known.key !== `${row.mediaId} ${row.mediaType}`);
      table.splice(0, table.length, ...others, ...rows);
    },
    putDetails: (row: DetailsRow) => {
      const { mediaId: id, freshUntil, expiresAt } = row;
      const parts = JSON.parse(brotliDecompressSync(row.parts).toString()) as Required<Row>['parts'];
      table.push({ key: `${id} details`, title: '', id, language: 'details', freshUntil, expiresAt, parts });
    },
    list: ({ feed, limit }: Extract<ReaderAct, { act: 'list' }>, state: TableState, at: Moment): Expected => {
      const [key, otherKey] = limit <= 20 ? ['up to 20', 'up to 60'] : ['up to 60', 'up to 20'];
      const rows = listed(table, feed);
      const seconds = isFresh(newest(told(once(alive(rows, at)))), at) ? 300 : 30;
      const tried = read([{ key: `${feedId(feed)} ${key}`, rows, seconds }], state, at);
      const known = memory.get(`${feedId(feed)} ${key}`);
      // Where the table fails, what was read in another size is better than nothing.
      const kept = known ?? (tried.works ? undefined : memory.get(`${feedId(feed)} ${otherKey}`));
      const shown = told(once(alive(kept?.rows ?? [], tried.after))).slice(0, limit);
      return expected(tried, shown, tried.loaded.size > 0, !isFresh(newest(shown), tried.after));
    },
    title: (
      { id, language, details = false }: Extract<ReaderAct, { act: 'title' }> & { details?: boolean },
      state: TableState,
      at: Moment,
    ): Expected => {
      const languages = [...new Set([language, english])];
      const wanted = [...languages, ...(details ? ['details'] : [])].map((asked): Held => {
        const rows = table.filter((row) => !row.placed && row.id === String(id) && row.language === asked);
        return { key: `${id} ${asked}`, rows, seconds: isFresh(rows, at) ? 900 : 30 };
      });
      const tried = read(wanted, state, at);
      const there = languages.flatMap((asked) =>
        alive(memory.get(`${id} ${asked}`)?.rows ?? [], tried.after).map((row) => ({ key: `${id} ${asked}`, row })),
      );
      const shown = there.slice(0, 1).map(({ row }) => row);
      const known = details ? (memory.get(`${id} details`)?.rows ?? []) : [];
      const parts = Object.entries(known[0]?.parts ?? {}).filter(
        ([, { expiresAt }]) => expiresAt * 1_000 > tried.after.wallMs,
      );
      const unknown = partNames.filter((name) => !parts.some(([part]) => part === name));
      const isOld = parts.some(([, { freshUntil }]) => Date.parse(freshUntil) <= tried.after.wallMs);
      const loaded = [...there, ...known.map(() => ({ key: `${id} details` }))].some(({ key }) =>
        tried.loaded.has(key),
      );
      const stale = !isFresh(shown, tried.after) || (details && (isOld || unknown.length > 0));
      return { ...expected(tried, shown, loaded, stale), ...(details && { unknown }) };
    },
  };
}

/** Whether the table answers, and when it has done so: after three failures in a row nobody asks it for a second. */
function modelGuard() {
  let failures = 0;
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  return (state: TableState, at: Moment): { works: boolean; after: Moment } => {
    if (at.monotonicMs < restsUntilMs) {
      return { works: false, after: at };
    }
    const tookMs = state.kind === 'slow' ? 500 : 0;
    const after = { wallMs: at.wallMs + tookMs, monotonicMs: at.monotonicMs + tookMs };
    failures = state.kind === 'up' ? 0 : failures + 1;
    restsUntilMs = failures >= 3 ? after.monotonicMs + 1_000 : restsUntilMs;
    return { works: state.kind === 'up', after };
  };
}

function expected({ works }: Tried, shown: readonly Row[], loaded: boolean, stale: boolean): Expected {
  const titles = shown.filter((row) => row.nothing === undefined).map((row) => row.title);
  if (shown.length === 0) {
    return { from: 'none', problem: works ? 'not_cached' : 'table_unavailable', titles, stale: false };
  }
  return works
    ? { from: loaded ? 'table' : 'memory', problem: undefined, titles, stale }
    : { from: 'memory', problem: 'table_unavailable', titles, stale };
}

function alive(rows: readonly Row[], { wallMs }: Moment): Row[] {
  return rows.filter((row) => row.expiresAt * 1_000 > wallMs);
}

function isFresh(rows: readonly Row[], { wallMs }: Moment): boolean {
  return rows.length > 0 && rows.every((row) => Date.parse(row.freshUntil) > wallMs);
}

/** The rows of a feed, by rank. */
function listed(table: readonly Row[], feed: Extract<ReaderAct, { act: 'list' }>['feed']): Row[] {
  return table
    .filter(({ placed }) => placed?.feed === feedId(feed))
    .sort((a, b) => (a.placed?.rank ?? 0) - (b.placed?.rank ?? 0));
}

/** Each title where it stands first. */
function once(rows: readonly Row[]): Row[] {
  return rows.filter(({ id }, n) => rows.findIndex((other) => other.id === id) === n);
}

/** That a list is empty counts where it has no title. */
function told(rows: readonly Row[]): Row[] {
  const titled = rows.filter((row) => row.nothing === undefined);
  return titled.length > 0 ? titled : [...rows];
}

/** Those of the first one's snapshot. */
function newest(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.placed?.snapshot === rows[0]?.placed?.snapshot);
}

/** What a row of the table tells of titles. */
function rowsOf(row: CatalogRow): Row[] {
  const { freshUntil, expiresAt, mediaId, mediaType } = row;
  const common = { key: `${mediaId} ${mediaType}`, freshUntil, expiresAt };
  if (!('category' in row)) {
    return [{ ...common, title: row.title, id: mediaId, language: mediaType.split('@')[1] ?? english }];
  }
  const { snapshot } = row;
  if (row.places.length === 0 && mediaType === 'page#0001') {
    const placed = { feed: mediaId, snapshot, rank: 0 };
    return [{ ...common, title: '', id: '', language: '', placed, nothing: true }];
  }
  return titlesOfPage(row).map(({ title, id, rank }) => ({
    ...common,
    title,
    id: String(id),
    language: '',
    placed: { feed: mediaId, snapshot, rank },
  }));
}

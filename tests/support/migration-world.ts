/**
 * A table of the predecessor in memory, with everybody who writes it while it is migrated. What happens to a title happens at a later time
 * than everything before, so what must stand in the end is what happened to it last.
 */
import { expect } from 'vitest';
import { type MigrationReport, migrateTable } from '../../src/operator/migrate/migrate-table.ts';
import { dayMs, type Random } from '../../src/shared/core/clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { type TitleRow, titleRowFor } from '../../src/shared/tables/title-row.ts';
import {
  drawBelow,
  drawFacts,
  drawLegacyItem,
  drawLegacySample,
  expectMigrated,
  type LegacySample,
  type TitleFacts,
} from './legacy-rows.ts';
import { type Item, type MigrationHook, memoryMigrationTable } from './memory-migration.ts';
import { sampleTitle } from './sample-messages.ts';
import { virtualClock } from './virtual-clock.ts';

type LastEvent = { kind: 'row'; row: TitleRow } | { kind: 'facts'; facts: TitleFacts } | { kind: 'deleted' };
type Title = { facts: TitleFacts; oddType: string | undefined; last: LastEvent };

/** One life of a migrating process: at which of its calls it dies, and how often somebody else writes before a call. */
export type Life = { diesAtCall: number; diesAfterStep: boolean; interference: number };

/** A life that nothing disturbs. */
export const quietLife: Life = { diesAtCall: Number.POSITIVE_INFINITY, diesAfterStep: false, interference: 0 };

const halfDayMs = dayMs / 2;
const nowMs = Date.UTC(2026, 10, 25, 8);
/** Compressing long ones takes most of the time. */
const overviews = ['', 'A club.'];
/** Everything before this lay in the table when the migration began. */
const beginningMs = nowMs - 99 * dayMs;

export function migrationWorld(random: Random, titleCount: number) {
  const broken: LegacySample[] = [];
  const titles: Title[] = [];
  const items: Item[] = [];
  let eventMs = beginningMs;
  for (let id = 1; id <= titleCount; id += 1) {
    const sample = drawLegacySample(random, id, beginningMs, overviews);
    items.push(sample.item);
    if (sample.problem !== undefined) {
      broken.push(sample);
    } else {
      titles.push({ facts: sample.facts, oddType: undefined, last: { kind: 'facts', facts: sample.facts } });
    }
  }
  for (const title of titles.filter((_, n) => n % 10 === 3)) {
    items.push(...beOdd(title, random, items));
  }
  const brokenKeys = new Set(broken.map(({ item }) => `${item.mediaId} ${item.mediaType}`));
  const table = memoryMigrationTable(items, (call, act) => around(call, act));
  let life = quietLife;
  let calls = 0;
  let changes = 0;

  const around: MigrationHook = async (call, act) => {
    calls += 1;
    if (random.next() < life.interference) {
      interfere();
    }
    if (calls > life.diesAtCall || (calls === life.diesAtCall && !life.diesAfterStep)) {
      throw new Error(`killed before ${call}`);
    }
    const answer = checked(call, act);
    if (calls === life.diesAtCall) {
      throw new Error(`killed after ${call}`);
    }
    return answer;
  };

  /** No step of the migration makes a row older, or touches one that is not understood. */
  function checked<T>(call: string, act: () => T): T {
    const [, mediaId = '', mediaType = ''] = /^\w+ (.*)\n(.*)$/.exec(call) ?? [];
    const before = table.get({ mediaId, mediaType });
    const answer = act();
    const after = table.get({ mediaId, mediaType });
    if (mediaId !== '' && answer === true) {
      changes += 1;
      if (String(after?.version ?? '') < String(before?.version ?? '') || brokenKeys.has(`${mediaId} ${mediaType}`)) {
        throw new Error(`forbidden: ${call} on ${JSON.stringify(before)}`);
      }
    }
    return answer;
  }

  function interfere(): void {
    const title = titles[drawBelow(random, titles.length)] as Title;
    const { id, mediaType } = title.facts;
    eventMs += halfDayMs;
    const act = drawBelow(random, title.oddType === undefined ? 3 : 2);
    if (act === 0) {
      writerPuts(title, titleRowFor(...fetchedTitle(title.facts, eventMs)));
    } else if (act === 1) {
      const facts = { ...title.facts, title: `again ${eventMs}`, fetchedAtMs: eventMs };
      title.last = { kind: 'facts', facts };
      table.put({ ...drawLegacyItem(random, facts), mediaType: title.oddType ?? mediaType });
    } else {
      title.last = { kind: 'deleted' };
      table.delete({ mediaId: String(id), mediaType });
    }
  }

  /** By the writer's own condition. */
  function writerPuts(title: Title, row: TitleRow): void {
    const present = table.get(row);
    if (present?.version === undefined || String(present.version) < row.version) {
      table.put(row);
    }
    title.last = { kind: 'row', row };
  }

  return {
    table,
    broken,
    /** Calls of the life that is being led. */
    get calls() {
      return calls;
    },
    /** Rows that the migration has changed since the world began. */
    get changes() {
      return changes;
    },
    /** Leads one life: the report, or nothing when it was killed. */
    live: async (next: Life): Promise<MigrationReport | undefined> => {
      life = next;
      calls = 0;
      const run = migrateTable({
        ...{ table, tableName: 'OldCache', settings: defaultSettings, dryRun: false },
        clock: virtualClock({ startMs: nowMs, autoJump: true }),
        signal: new AbortController().signal,
        rowsPerSecond: 1e9,
        onProgress: () => undefined,
      });
      const report = await run.catch((error: unknown) => {
        if (Number.isFinite(next.diesAtCall) && /killed/.test(reasonsOf(error))) {
          return undefined;
        }
        throw error;
      });
      life = quietLife;
      if (report !== undefined) {
        expectSum(report);
      }
      return report;
    },
    /** Asserts that the table holds what must stand, and nothing else. */
    expectDone: () => {
      const standing = titles.filter(({ last }) => last.kind !== 'deleted');
      expect(table.items()).toHaveLength(standing.length + broken.length);
      for (const { facts, last } of titles) {
        expectLast(table.get({ mediaId: String(facts.id), mediaType: facts.mediaType }), last);
      }
      for (const { item } of broken) {
        expect(table.get(item as { mediaId: string; mediaType: string })).toEqual(item);
      }
      expect([table.hasIndex, table.hasTtl]).toEqual([true, true]);
    },
  };
}

function expectLast(present: Item | undefined, last: LastEvent): void {
  if (last.kind === 'facts') {
    expectMigrated(present, last.facts);
  } else {
    expect(present).toEqual(last.kind === 'row' ? last.row : undefined);
  }
}

/** The title's row moves under another key; every other time an older or a newer one stays under the right one. */
function beOdd(title: Title, random: Random, items: Item[]): Item[] {
  const { facts } = title;
  const at = items.findIndex(({ mediaId, mediaType }) => mediaId === String(facts.id) && mediaType === facts.mediaType);
  title.oddType = facts.mediaType === 'movie' ? 'MOVIE' : 'series';
  const isNewer = random.next() < 0.5;
  const odd = { ...drawFacts(random, facts.id, 0, overviews), mediaType: facts.mediaType };
  odd.fetchedAtMs = facts.fetchedAtMs + (isNewer ? dayMs : -dayMs);
  const oddItem = { ...drawLegacyItem(random, odd), mediaType: title.oddType };
  const isAlone = random.next() < 0.5;
  if (isAlone) {
    items.splice(at, 1);
  }
  title.last = { kind: 'facts', facts: isAlone || isNewer ? odd : facts };
  return [oddItem];
}

function fetchedTitle({ id, mediaType }: TitleFacts, atMs: number): Parameters<typeof titleRowFor> {
  const fetched = { language: 'en-US', fetchedAt: new Date(atMs).toISOString() };
  return [fetched, sampleTitle({ id, mediaType, title: `written ${atMs}` }), defaultSettings];
}

function expectSum({ rows, notUnderstood }: MigrationReport): void {
  const { scanned, current, migrated, overtaken, gone } = rows;
  expect(rows.notUnderstood).toBe(notUnderstood.length);
  expect(scanned).toBe(current + migrated + overtaken + gone + rows.notUnderstood + rows.toMigrate);
}

function reasonsOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${reasonsOf(error.cause)}` : '';
}

import { parseCounterName, type UsageCounters } from '../../shared/tables/usage-store.ts';

/** Reads of something: each was a hit or a miss, and some were answered with what was stale. */
export type ReadCounts = { reads: number; hits: number; misses: number; stale: number };

/** The same with shares from 0 to 1; `null` where nothing was read. */
export type ReadFigures = ReadCounts & { hitRatio: number | null; staleShare: number | null };

export const noReads: ReadCounts = { reads: 0, hits: 0, misses: 0, stale: 0 };

/** The reads that an item counts, by subject. */
export function readsBySubject(counters: UsageCounters): Map<string, ReadCounts> {
  const counted = new Map<string, Record<'reads' | 'misses' | 'stale', number>>();
  for (const [name, count] of Object.entries(counters)) {
    const parsed = parseCounterName(name);
    if (parsed !== undefined && parsed.kind !== 'deep' && isCount(count)) {
      const known = counted.get(parsed.subject) ?? { reads: 0, misses: 0, stale: 0 };
      counted.set(parsed.subject, { ...known, [parsed.kind]: count });
    }
  }
  return new Map([...counted].map(([subject, counts]) => [subject, wholeCounts(counts)]));
}

/** Two sums of reads as one. */
export function addReads(a: ReadCounts, b: ReadCounts): ReadCounts {
  return {
    reads: a.reads + b.reads,
    hits: a.hits + b.hits,
    misses: a.misses + b.misses,
    stale: a.stale + b.stale,
  };
}

/** Counts with their shares, to four digits. */
export function withShares(counts: ReadCounts): ReadFigures {
  const share = (part: number) => (counts.reads === 0 ? null : Math.round((part / counts.reads) * 1e4) / 1e4);
  return { ...counts, hitRatio: share(counts.hits), staleShare: share(counts.stale) };
}

/** Whether a value can have been counted: a damaged item must not stop a report. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** A miss and a stale answer are reads: an item that says otherwise is damaged, and is taken to have counted too few. */
function wholeCounts({ reads, misses, stale }: Record<'reads' | 'misses' | 'stale', number>): ReadCounts {
  const all = Math.max(reads, misses, stale);
  return { reads: all, hits: all - misses, misses, stale };
}

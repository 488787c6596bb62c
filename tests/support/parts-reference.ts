/** What the rows of details must hold, from the messages alone and in words of their own: no version, no digest, no join. */
import { brotliDecompressSync } from 'node:zlib';
import type { ItemDetails } from '../../src/shared/queues/item-page.ts';
import type { CatalogJoinedRow } from '../../src/shared/tables/catalog.ts';
import { halfDayOf } from './reference-table.ts';

/** A part as one source has it: of which title, from which half-day, and its content. */
type Sighting = { key: string; halfDay: string; content: object };

/** What is wrong with `rows`, which were joined of `messages`; empty when nothing is. */
export function partProblems(rows: readonly CatalogJoinedRow[], messages: readonly ItemDetails[]): string[] {
  const stored = rows.flatMap((row) => ('parts' in row && row.mediaId !== 'reference' ? storedIn(row) : []));
  const sent = Map.groupBy(messages.flatMap(sentIn), ({ key }) => key);
  const missing = [...sent.keys()].filter((key) => stored.every((one) => one.key !== key));
  const wrong = stored.filter(({ key, halfDay, content }) => {
    const came = sent.get(key) ?? [];
    const newest = came
      .map((one) => one.halfDay)
      .sort()
      .at(-1);
    const known = came.filter((one) => one.halfDay === newest).map((one) => JSON.stringify(one.content));
    return halfDay !== newest || !known.includes(JSON.stringify(content));
  });
  return [
    ...missing.map((key) => `${key} is missing`),
    ...wrong.map(({ key }) => `${key} is not the newest that came`),
  ];
}

function sentIn({ id, mediaType, fetchedAt, parts }: ItemDetails): Sighting[] {
  return Object.entries(parts).map(([part, content = {}]) => ({
    key: `${id} ${mediaType} ${part}`,
    halfDay: halfDayOf(fetchedAt),
    content,
  }));
}

function storedIn({
  mediaId,
  mediaType,
  parts,
}: {
  mediaId: string;
  mediaType: string;
  parts: Uint8Array;
}): Sighting[] {
  const unpacked = JSON.parse(brotliDecompressSync(parts).toString()) as Record<string, Record<string, unknown>>;
  return Object.entries(unpacked).map(([part, { fetchedAt, freshUntil: _fresh, expiresAt: _expires, ...content }]) => ({
    key: `${mediaId} ${mediaType.replace('+details', '')} ${part}`,
    halfDay: halfDayOf(String(fetchedAt)),
    content,
  }));
}

/**
 * What TMDB sent is what is stored: each overview in the catalog, and each that waits for the writer, stands in an answer as it is, or
 * in a message that was put into the queue by hand.
 */
import { brotliDecompressSync } from 'node:zlib';
import { sampleTitle } from '../../support/sample-messages.ts';
import type { SimWorld } from '../world/sim-world.ts';

export function checkPayload(world: SimWorld): void {
  const { tables, queues, tmdb, violations } = world;
  const answers = tmdb.calls.flatMap(({ answer }) => (answer?.kind === 'response' ? overviewsOf(answer.body) : []));
  const told = new Set([...answers, sampleTitle().overview]);
  const stored = tables.catalog.puts.flatMap((row) => ('cards' in row ? unpacked(row.cards) : textOf(row.overview)));
  const sent = queues.items.queue.sent.flatMap(({ body }) => overviewsOf(body));
  for (const overview of new Set([...stored, ...sent])) {
    if (overview !== '' && !told.has(overview)) {
      violations.add('payload', `TMDB has never said: ${overview}`);
    }
  }
}

/** Overviews of an answer or of a message, however deep they stand. */
function overviewsOf(json: string): string[] {
  const found: string[] = [];
  try {
    JSON.parse(json, (key, value: unknown) => {
      if (key === 'overview') {
        found.push(...textOf(value));
      }
      return value;
    });
  } catch {
    return [];
  }
  return found;
}

function unpacked(cards: Uint8Array): string[] {
  return overviewsOf(brotliDecompressSync(cards).toString('utf8'));
}

function textOf(overview: unknown): string[] {
  if (overview instanceof Uint8Array) {
    return [brotliDecompressSync(overview).toString('utf8')];
  }
  return typeof overview === 'string' ? [overview] : [];
}

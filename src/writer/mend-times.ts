/**
 * A page or a title cannot have been fetched after its message was sent, and SQS's clock says when that was. Where the fetcher's own clock
 * was ahead, its times would stand above all that is fetched until they have come; so they become the time of the sending. This depends
 * on the message alone and on nothing the writer knows: the tables stay a function of the messages.
 */
import { clockSkewMs } from '../shared/clock-skew.ts';
import type { Item } from '../shared/messages/item-title.ts';
import { isoFromMs, msFromIso } from '../shared/ports/clock.ts';
import { snapshotFor, snapshotTimeMs } from '../shared/snapshot.ts';

/** The item with no time later than `sentAtMs` (SQS's SentTimestamp; without it the item is taken at its word). */
export function withoutTimesAhead(item: Item, sentAtMs: number | undefined): Item {
  if (sentAtMs === undefined || !Number.isSafeInteger(sentAtMs) || sentAtMs <= 0) {
    return item;
  }
  const latestMs = sentAtMs + clockSkewMs;
  const fetchedAhead = msFromIso(item.fetchedAt) > latestMs;
  const snapshotAhead = item.kind === 'item-page' && snapshotTimeMs(item.snapshot) > latestMs;
  return fetchedAhead || snapshotAhead
    ? {
        ...item,
        ...(fetchedAhead && { fetchedAt: isoFromMs(sentAtMs) }),
        ...(snapshotAhead && { snapshot: snapshotFor(sentAtMs, item.runId) }),
      }
    : item;
}

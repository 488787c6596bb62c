import { messageOf } from '../shared/core/errors.ts';
import type { Clock } from '../shared/core/clock.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { UsageStore } from '../shared/tables/usage-store.ts';
import { changesId } from '../shared/tables/feed-counters.ts';
import type { ChangeCounter } from './apply-items.ts';

const dayMs = 86_400_000;

/** Adds changes to those of the day, which are kept `keepDays` days. What cannot be counted is a warning: the rows are written. */
export function changeCounter(
  store: Pick<UsageStore, 'add'>,
  keepDays: number,
  clock: Clock,
  telemetry: Pick<Telemetry, 'warn'>,
): ChangeCounter {
  return async (counters) => {
    if (Object.keys(counters).length === 0) {
      return;
    }
    const nowMs = clock.nowMs();
    try {
      await store.add(changesId(nowMs), counters, nowMs + keepDays * dayMs);
    } catch (error) {
      telemetry.warn('the changes of the lists could not be counted', { detail: messageOf(error) });
    }
  };
}

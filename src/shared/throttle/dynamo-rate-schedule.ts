import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock, Random } from '../core/clock.ts';
import { systemRandom } from '../core/system-clock.ts';
import { controlItems, type ReadControlItem } from './dynamo-control-items.ts';
import { learntRateSchema } from './learnt-rate.ts';
import { idleRateState, type RateLimits, type RateState } from './rate-schedule.ts';
import { type RateItem, type RateScheduleStore, rateScheduleStore, type StoredRate } from './rate-schedule-store.ts';

/** Id of the schedule's item in the control table. */
export const rateScheduleId = 'rate-schedule';
/** Id of the readers' own schedule, for their share of the rate. Each of their calls takes a slot of both schedules. */
export const readerScheduleId = 'rate-schedule-readers';

const timeMs = z.number().nonnegative();

/** A member that is damaged counts as unknown, so that a damaged item stops no call. */
const rateStateSchema = learntRateSchema.extend({
  endsMs: z
    .array(timeMs)
    .min(1)
    .max(100)
    .catch(() => [...idleRateState.endsMs]),
  pausedUntilMs: timeMs.catch(0),
  doubtedMs: timeMs.catch(0),
  doubtedAtMs: timeMs.catch(0),
});

/** How a schedule is opened beside its defaults. */
export type RateScheduleOptions = {
  /** Id of its item. */
  id?: string;
  /** Reads the item; shared with the breaker, both cost one request. */
  readItem?: ReadControlItem;
  /** Makes revisions that no other worker makes. */
  random?: Random;
  /** Called for every write, including refused ones, since each costs a write unit. */
  onWrite?: () => void;
};

/**
 * The schedule as one item of the control table `tableName`. Taking slots, and everything else that changes it, is one conditional put of
 * the whole item, which has less than 1 KB: it requires the revision that was seen. After a refusal
 * the item is read again, and the next put starts from that.
 */
export function dynamoRateSchedule(
  client: DynamoDBDocumentClient,
  tableName: string,
  limits: RateLimits,
  clock: Clock,
  {
    id = rateScheduleId,
    readItem = controlItems(client, tableName),
    random = systemRandom,
    onWrite,
  }: RateScheduleOptions = {},
): RateScheduleStore {
  const item: RateItem = {
    read: async () => storedIn(await readItem(id)),
    replace: async (next, seen) => {
      onWrite?.();
      const revision = `${clock.nowMs()}-${random.next()}`;
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { id, ...next, revision },
            ...conditionFor(seen.revision),
          }),
        );
        return { done: true, stored: { state: next, revision } };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) {
          throw error;
        }
        // If the answer to a put was lost, the SDK has repeated it: the item is then our own.
        const stored = storedIn(await readItem(id));
        return { done: stored.revision === revision, stored };
      }
    },
  };
  return rateScheduleStore(item, limits, clock);
}

/** The item is the one that was seen. An item of an earlier version has no revision. */
function conditionFor(revision: unknown) {
  return revision === undefined
    ? { ConditionExpression: 'attribute_not_exists(revision)' }
    : { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': revision } };
}

function storedIn(item: Record<string, unknown> | undefined): StoredRate {
  return { state: rateStateSchema.parse(item ?? {}) satisfies RateState, revision: item?.revision };
}

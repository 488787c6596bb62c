import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Capacity units that a client has consumed so far, and its number of requests. */
export type CapacityMeter = { readUnits: number; writeUnits: number; requests: number };

type Consumed = { CapacityUnits?: number };

/** Counts what the calls of `client` consume from now on. A refused conditional write counts one unit, which no answer reports. */
export function meterCapacity(client: DynamoDBDocumentClient): CapacityMeter {
  const meter: CapacityMeter = { readUnits: 0, writeUnits: 0, requests: 0 };
  client.middlewareStack.add(
    (next, context) => async (call) => {
      const kind = /^(Put|Update|Delete|BatchWrite)/.test(String(context.commandName)) ? 'writeUnits' : 'readUnits';
      meter.requests += 1;
      Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
      try {
        const answer = await next(call);
        meter[kind] += unitsOf(answer.output as { ConsumedCapacity?: Consumed | Consumed[] });
        return answer;
      } catch (error) {
        meter.writeUnits += kind === 'writeUnits' ? 1 : 0;
        throw error;
      }
    },
    { step: 'initialize', priority: 'high' },
  );
  return meter;
}

function unitsOf({ ConsumedCapacity = [] }: { ConsumedCapacity?: Consumed | Consumed[] }): number {
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

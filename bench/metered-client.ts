import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type ClientTarget, dynamoClient } from '../src/shared/tables/aws-clients.ts';

/** Capacity units that a client has taken so far, and in how many requests. */
export type CapacityMeter = { readUnits: number; writeUnits: number; requests: number };

type Consumed = { CapacityUnits?: number };

/** A client that counts what its calls consume. A refused write costs a unit, and says so nowhere. */
export function meteredClient(target: ClientTarget): { client: DynamoDBDocumentClient; meter: CapacityMeter } {
  const client = dynamoClient(target);
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
  return { client, meter };
}

function unitsOf({ ConsumedCapacity = [] }: { ConsumedCapacity?: Consumed | Consumed[] }): number {
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

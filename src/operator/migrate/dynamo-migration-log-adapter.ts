import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock } from '../../shared/core/clock.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { type MigrationLog, type MigrationState, migrationStateSchema, unreadRowSchema } from './migration-log.ts';
import { retryable } from './retryable-errors-adapter.ts';

/** An item ends at 400 KB, and a key at 3. */
const rowsPerItem = 25;
const keepSeconds = 90 * 86_400;

const itemSchema = z.object({ rows: z.array(unreadRowSchema) });

/**
 * A migration's progress in the control table: `migration#<table>`, and the rows that are not understood in
 * `migration#<table>#not-understood#<n>`, 25 each. The former is written last, and its count says how many of the latter's rows count.
 */
export function dynamoMigrationLog(
  client: DynamoDBDocumentClient,
  controlTable: string,
  tableName: string,
  clock: Clock,
): MigrationLog {
  const stateId = `migration#${tableName}`;
  let saved = { startedAt: '', rows: 0 };
  const read = async (id: string) => {
    const request = new GetCommand({ TableName: controlTable, Key: { id }, ConsistentRead: true });
    return (await retryable(() => client.send(request))).Item;
  };
  const write = (id: string, content: Record<string, unknown>) => {
    const expiration = Math.floor(clock.nowMs() / 1_000) + keepSeconds;
    const request = new PutCommand({ TableName: controlTable, Item: { id, ...content, expiration } });
    return retryable(() => client.send(request));
  };
  const rowsId = (n: number) => `${stateId}#not-understood#${n}`;
  const loadState = async (): Promise<MigrationState | undefined> => {
    try {
      return migrationStateSchema.safeParse(await read(stateId)).data;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) {
        throw new UsageError(`there is no control table '${controlTable}' to keep the progress in`);
      }
      throw error;
    }
  };
  return {
    load: async () => {
      const state = await loadState();
      if (state === undefined) {
        return undefined;
      }
      const count = state.counts.notUnderstood;
      const notUnderstood = [];
      for (let n = 0; n * rowsPerItem < count; n += 1) {
        notUnderstood.push(...(itemSchema.safeParse(await read(rowsId(n))).data?.rows ?? []));
      }
      if (notUnderstood.length < count) {
        // Damaged: the way through the table begins anew.
        return undefined;
      }
      saved = { startedAt: state.startedAt, rows: count };
      return { state, notUnderstood: notUnderstood.slice(0, count) };
    },
    save: async ({ state, notUnderstood }) => {
      const known = state.startedAt === saved.startedAt ? saved.rows : 0;
      for (let n = Math.floor(known / rowsPerItem); n * rowsPerItem < notUnderstood.length; n += 1) {
        await write(rowsId(n), { rows: notUnderstood.slice(n * rowsPerItem, (n + 1) * rowsPerItem) });
      }
      await write(stateId, state);
      saved = { startedAt: state.startedAt, rows: notUnderstood.length };
    },
  };
}

import { type EmbeddedDynamo, startEmbeddedDynamo } from '../../../src/local/embedded-dynamodb.ts';
import { freePort } from '../../../src/local/stack-endpoints.ts';
import { processTable } from '../../support/process-table.ts';

/** The DynamoDB emulator dynoxide, on a folder that outlives it and always on the same port. */
export type DatabaseProcess = {
  readonly port: number;
  readonly endpoint: string;
  /** Ends it, by SIGKILL to dynoxide itself or by its guard, and starts it again. */
  restart(how: 'SIGKILL' | 'orderly'): Promise<void>;
  stop(): Promise<void>;
};

/** Starts it; resolves when it listens. @throws where there is no dynoxide. */
export async function startDatabaseProcess(dataDir: string): Promise<DatabaseProcess> {
  const port = await freePort();
  const start = () => startEmbeddedDynamo({ port, dataDir, engine: 'dynoxide' });
  let running: EmbeddedDynamo = await start();
  return {
    port,
    endpoint: running.endpoint,
    restart: async (how) => {
      if (how === 'SIGKILL') {
        for (const pid of dynoxidesOf(dataDir)) {
          process.kill(pid, 'SIGKILL');
        }
      }
      await running.stop();
      running = await start();
    },
    stop: () => running.stop(),
  };
}

/** Ids of the dynoxide processes on a folder, their guards left out. */
export function dynoxidesOf(dataDir: string): number[] {
  return processTable()
    .filter(({ command }) => /^\S*dynoxide serve /.test(command) && command.includes(dataDir))
    .map(({ pid }) => pid);
}

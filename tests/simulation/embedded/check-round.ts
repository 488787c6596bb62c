import { stackRegion } from '../../../src/local/stack-endpoints.ts';
import { messageOf } from '../../../src/shared/core/errors.ts';
import { dynamoClient } from '../../../src/shared/tables/aws-clients.ts';
import type { CatalogRow } from '../../../src/shared/tables/catalog.ts';
import { dynamoFeedHeads } from '../../../src/shared/tables/dynamo-feed-heads.ts';
import { catalogTable, controlTable } from '../../../src/shared/tables/table-definitions.ts';
import { expectHeads, expectTable } from '../../support/expect-table.ts';
import { type ProcessEntry, processTable } from '../../support/process-table.ts';
import { scanAll } from '../../support/table-dump.ts';
import type { CampaignStack } from './campaign-stack.ts';
import { incomplete, type TableState, wentBack } from './table-invariants.ts';

/** The schedule gives 30 calls a second, and a slot may be used 50 ms late; the rest is for a machine that stalls. */
const mostCallsInASecond = 36;

/** Reads both tables as they stand. */
export async function readTables(stack: CampaignStack): Promise<TableState> {
  const client = dynamoClient({ endpoint: stack.database.endpoint, region: stackRegion });
  try {
    return {
      rows: (await scanAll(client, catalogTable.name)) as CatalogRow[],
      heads: await dynamoFeedHeads(client, controlTable.name).list(),
    };
  } finally {
    client.destroy();
  }
}

/** What is wrong at the end of a round; nothing is the only good answer. `jobIds`: all that were ever sent. */
export function checkRound(
  stack: CampaignStack,
  jobIds: readonly string[],
  before: TableState,
  after: TableState,
): string[] {
  const pages = stack.ledger.pages();
  const lost = jobIds.filter((jobId) => !stack.ledger.isApplied(jobId));
  return [
    ...lost.map((jobId) => `lost: no page of job ${jobId} was applied, and it is in no dead-letter queue`),
    ...attempt('the table is not what the pages ask for', () => expectTable(after.rows, pages)),
    ...attempt('the heads are not what the pages ask for', () => expectHeads(after.heads, pages)),
    ...incomplete(after.heads),
    ...wentBack(before, after),
    ...tooFast(stack),
    ...strays(stack),
  ];
}

function attempt(what: string, assert: () => void): string[] {
  try {
    assert();
    return [];
  } catch (error) {
    return [`${what}: ${messageOf(error).slice(0, 1_000)}`];
  }
}

function tooFast({ simulator }: CampaignStack): string[] {
  const { maxRequestsInAnySecond, throttled } = simulator.stats();
  return maxRequestsInAnySecond > mostCallsInASecond || throttled > 0
    ? [`${maxRequestsInAnySecond} calls in one second (allowed ${mostCallsInASecond}), ${throttled} throttled`]
    : [];
}

/** Processes of this campaign that nobody knows of any more. */
function strays(stack: CampaignStack): string[] {
  const known = new Set([...stack.sqs.pids(), ...Object.values(stack.functions).flatMap((one) => one.pids())]);
  const { own, databases } = processesOf(stack.folder);
  const unknown = own.filter(({ pid }) => !known.has(pid));
  return [
    ...unknown.map(({ pid, command }) => `process ${pid} was left behind: ${command.slice(0, 200)}`),
    ...(databases.length === 1 ? [] : [`${databases.length} databases are running on one folder`]),
  ];
}

/** Processes whose command line names `folder`: Node's, and the databases; the guards of the latter are left out. */
export function processesOf(folder: string): { own: ProcessEntry[]; databases: ProcessEntry[] } {
  const named = processTable().filter(({ command, pid }) => command.includes(folder) && pid !== process.pid);
  return {
    own: named.filter(({ command }) => !command.includes('dynoxide')),
    databases: named.filter(({ command }) => /^\S*dynoxide serve /.test(command)),
  };
}

import { type OpenReaderOptions, openReader } from '../../src/reader/open-reader.ts';
import { type CallRecorder, startCallRecorder } from './call-recorder.ts';
import { type DeployedFunctions, deployedName } from './deployed-functions.ts';
import type { IamCall } from './iam-policy.ts';
import { settingsWith } from './reader-settings.ts';
import { physicalName, region } from './template-values.ts';

/** What applications call by the library: with the catalog table alone, with all four names, and with TMDB as well. */
export type ReaderUses = Record<'table' | 'control' | 'live', IamCall[]>;

/** Nobody gives up on a machine that has other things to do. */
const patient = settingsWith({ tableTimeoutMs: 10_000, live: { timeoutMs: 10_000, waitMs: 5_000 } });

/** Runs an application of each kind on the tables of deployed functions, which have the daily lists. Languages that only it reads are absent. */
export async function recordApplications(deployed: DeployedFunctions, token: string): Promise<ReaderUses> {
  const { template, dynamodb, sqs, simulator } = deployed;
  const tableName = (prefix: string) =>
    physicalName(template.one('AWS::DynamoDB::Table', prefix).id, template.resources);
  const tables = await startCallRecorder('dynamodb', dynamodb);
  const queues = await startCallRecorder('sqs', sqs.endpoint);
  const queueUrl = (name: string) => `${queues.endpoint}/000000000000/${deployedName(name)}`;
  const catalog = {
    catalogTable: tableName('TablesCatalog'),
    settings: patient,
    dynamodb: { endpoint: tables.endpoint, region },
    sqs: { endpoint: queues.endpoint, region },
  };
  const named = {
    ...catalog,
    controlTable: tableName('TablesControl'),
    fetchQueueUrl: queueUrl('tmdb-fetch'),
    itemQueueUrl: queueUrl('tmdb-items'),
  };
  const live = { ...named, tmdb: { baseUrl: simulator.baseUrl, token: async () => token } };
  const uses = {
    table: await recorded(catalog, 'es-ES', tables, queues),
    control: await recorded(named, 'it-IT', tables, queues),
    live: await recorded(live, 'pt-BR', tables, queues),
  };
  await tables.stop();
  await queues.stop();
  return uses;
}

/** An application that reads everything there is, in `language` too, and whose refreshes cannot be requested at first. */
async function recorded(
  options: OpenReaderOptions,
  language: string,
  tables: CallRecorder,
  queues: CallRecorder,
): Promise<IamCall[]> {
  tables.forget();
  queues.forget();
  const reader = openReader(options);
  const { titles } = await reader.list({ category: 'popular', media: 'movie' }, { limit: 3 });
  const [first, second] = titles;
  if (first === undefined || second === undefined) {
    throw new Error('the tables have no lists');
  }
  queues.lose('SendMessageBatch');
  await reader.title(first.mediaType, first.id, { language });
  await reader.settled();
  queues.lose();
  await reader.title(second.mediaType, second.id, { language });
  await reader.list({ category: 'popular', media: 'tv', language });
  await reader.find('tvdb', 1, { language });
  await reader.recommend({ liked: [{ mediaType: first.mediaType, id: first.id }] });
  await reader.health();
  await reader.settled();
  await reader.close();
  return [...tables.calls(), ...queues.calls()];
}

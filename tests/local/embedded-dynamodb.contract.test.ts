import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createTable,
  type DynamoEngine,
  defaultDynamoEngine,
  type EmbeddedDynamoOptions,
  startEmbeddedDynamo,
} from '../../src/local/embedded-dynamodb.ts';
import { UsageError } from '../../src/shared/core/errors.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { catalogTable } from '../../src/shared/tables/table-definitions.ts';
import { rejectionOf } from '../support/caught.ts';
import { outsideAddresses, tryToConnect } from '../support/local-addresses.ts';
import { processTable } from '../support/process-table.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const engines: DynamoEngine[] = defaultDynamoEngine() === 'dynoxide' ? ['dynoxide', 'dynalite'] : ['dynalite'];

async function start(options: Partial<EmbeddedDynamoOptions> & { engine: DynamoEngine }) {
  const server = await startEmbeddedDynamo({ port: 0, dataDir: undefined, ...options });
  const client = dynamoClient({ endpoint: server.endpoint, region: 'us-east-1' });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    client.destroy();
    stopped ??= server.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { ...server, client, stop, port: Number(new URL(server.endpoint).port) };
}

function emulatorsOn(port: number) {
  return processTable().filter(({ command }) => command.includes('dynoxide') && command.includes(`--port ${port}`));
}

describe.each(engines)('embedded DynamoDB (%s)', (engine) => {
  it('answers on loopback', async () => {
    const { endpoint, client, engine: started } = await start({ engine });
    expect(started).toBe(engine);
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  });

  it('cannot be reached by another address of this machine', async (context) => {
    const others = outsideAddresses();
    context.skip(others.length === 0, 'this machine has no address but loopback');
    const { port } = await start({ engine });
    expect(await Promise.all(others.map((host) => tryToConnect(host, port)))).toEqual(others.map(() => 'ECONNREFUSED'));
  });

  it('listens on the port it is given', async () => {
    const first = await start({ engine });
    await first.stop();
    const second = await start({ engine, port: first.port });
    expect(second.port).toBe(first.port);
  });

  it('says in one sentence that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const error = (await rejectionOf(start({ engine, port }))) as Error;
    const sentence = [error.message, (error.cause as Error | undefined)?.message ?? ''].join(': ').trim();
    expect(sentence).toMatch(/in use/i);
    expect(error.message).not.toContain('\n');
    expect(emulatorsOn(port)).toEqual([]);
  });

  it('keeps its data below a data folder, which it makes', async () => {
    const dataDir = join(testFolder(), 'not', 'yet', 'there');
    const item = { mediaId: '550', mediaType: 'movie', title: 'Fight Club', bytes: new Uint8Array([1, 2, 255]) };
    const first = await start({ engine, dataDir });
    await createTable(first.client, catalogTable, engine);
    await first.client.send(new PutCommand({ TableName: catalogTable.name, Item: item }));
    await first.stop();
    const second = await start({ engine, dataDir });
    const Key = { mediaId: '550', mediaType: 'movie' };
    const { Item } = await second.client.send(new GetCommand({ TableName: catalogTable.name, Key }));
    expect(Item).toEqual(item);
  });

  it('starts empty without a data folder', async () => {
    const first = await start({ engine });
    await createTable(first.client, catalogTable, engine);
    await first.stop();
    const second = await start({ engine });
    expect((await second.client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  });

  it('leaves neither port nor process behind when it is stopped', async () => {
    const { port, stop } = await start({ engine });
    expect(emulatorsOn(port).length > 0).toBe(engine === 'dynoxide');
    await stop();
    expect(await tryToConnect('127.0.0.1', port)).toBe('ECONNREFUSED');
    // The shell that watches the emulator ends right after it.
    await until('no process is left', () => emulatorsOn(port).length === 0);
  });
});

describe('embedded DynamoDB', () => {
  it('is the engine of this platform unless told otherwise', async () => {
    const server = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: undefined });
    onTestFinished(server.stop);
    expect(server.engine).toBe(defaultDynamoEngine());
  });
});

describe.runIf(engines.length > 1)('tables of the other emulator', () => {
  it.each([
    ['dynoxide', 'dynalite'],
    ['dynalite', 'dynoxide'],
  ] as const)('of %s are not passed over by %s', async (writer, other) => {
    const dataDir = testFolder();
    await (await start({ engine: writer, dataDir })).stop();
    expect(await rejectionOf(startEmbeddedDynamo({ port: 0, dataDir, engine: other }))).toEqual(
      new UsageError(
        `'${dataDir}' holds tables of ${writer}, which ${other} cannot read: leave out --dynamodb, or choose another folder`,
      ),
    );
    expect((await start({ engine: writer, dataDir })).engine).toBe(writer);
  });
});

/** In a bundle the errors of AWS clients are what they are outside: `leaveOut` keeps no more of their classes than the name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { bundleOptions } from '../../../src/local/bundle/bundle-options.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { repositoryRoot } from '../../support/shared-data.ts';

/** A program that tells how each of these errors of AWS arrives in an application. */
const program = `
import { HttpResponse } from '@smithy/core/protocols';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { QueueDoesNotExist, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const answering = (body) => ({
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  requestHandler: {
    handle: async () => ({
      response: new HttpResponse({ statusCode: 400, headers: {}, body: Buffer.from(JSON.stringify(body)) }),
    }),
  },
});
const told = async (sent, kind) => {
  const error = await sent.then(() => undefined, (failure) => failure);
  const { name, message, $fault, Item, $metadata } = error;
  return { name, message, $fault, Item, status: $metadata?.httpStatusCode, isKind: kind && error instanceof kind, isError: error instanceof Error };
};

export const errors = async () => {
  const ssm = (type) => new SSMClient(answering({ __type: type, message: 'no' })).send(new GetParameterCommand({ Name: '/x' }));
  const dynamo = new DynamoDBClient(answering({ __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no', Item: { id: { S: 'x' } } }));
  const sqs = new SQSClient(answering({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no' }));
  return [
    await told(ssm('ParameterNotFound'), ParameterNotFound),
    await told(ssm('AccessDeniedException')),
    await told(ssm('SomethingNew')),
    await told(dynamo.send(new PutItemCommand({ TableName: 'x', Item: {} })), ConditionalCheckFailedException),
    await told(sqs.send(new SendMessageCommand({ QueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/x', MessageBody: 'x' })), QueueDoesNotExist),
  ];
};
`;

it('have the names, the kinds and the members that they have outside', async () => {
  const folder = scratchFolder();
  const built = async (name: string, options: object) => {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      ...bundleOptions,
      ...options,
      absWorkingDir: repositoryRoot,
      stdin: { contents: program, resolveDir: repositoryRoot, loader: 'js' },
      outfile,
    });
    const { errors } = (await import(pathToFileURL(outfile).href)) as { errors: () => Promise<object[]> };
    return { errors: await errors(), bytes: readFileSync(outfile).length };
  };
  const [whole, ours] = [await built('whole', { plugins: [] }), await built('ours', {})];
  expect(ours.errors).toEqual(whole.errors);
  expect(ours.errors[0]).toEqual({
    name: 'ParameterNotFound',
    message: 'no',
    $fault: 'client',
    Item: undefined,
    status: 400,
    isKind: true,
    isError: true,
  });
  expect(ours.errors[3]).toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item: { id: { S: 'x' } },
    isKind: true,
  });
  expect(whole.bytes - ours.bytes).toBeGreaterThan(40_000);
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readStackFile, removeStackFile, type StackFile, writeStackFile } from '../../src/local/stack-file.ts';
import { PermanentError } from '../../src/shared/core/errors.ts';
import { caught } from '../support/caught.ts';
import { testFolder } from '../support/scratch-folder.ts';

const stack: StackFile = {
  processId: process.pid,
  region: 'us-east-1',
  endpoints: { sqs: 'http://127.0.0.1:1', dynamodb: 'http://127.0.0.1:2', tmdb: 'http://127.0.0.1:3/3' },
  fetchQueueUrl: 'http://127.0.0.1:1/000000000000/fetch',
  fetchDlqUrl: 'http://127.0.0.1:1/000000000000/fetch-dlq',
  itemQueueUrl: 'http://127.0.0.1:1/000000000000/items',
  itemDlqUrl: 'http://127.0.0.1:1/000000000000/items-dlq',
  catalogTable: 'MovieRecCache',
  controlTable: 'PipelineControl',
};

const elsewhere = [
  ['an SQS', { endpoints: { ...stack.endpoints, sqs: 'http://192.0.2.1:1' } }],
  ['a DynamoDB', { endpoints: { ...stack.endpoints, dynamodb: 'http://dynamodb.invalid:2' } }],
  ['a DynamoDB over TLS', { endpoints: { ...stack.endpoints, dynamodb: 'https://127.0.0.1:2' } }],
  ['a TMDB', { endpoints: { ...stack.endpoints, tmdb: 'https://api.themoviedb.org.invalid/3' } }],
  ['a reader', { endpoints: { ...stack.endpoints, http: 'http://127.0.0.1.invalid' } }],
  ...['fetchQueueUrl', 'fetchDlqUrl', 'itemQueueUrl', 'itemDlqUrl'].map(
    (name) => [`a ${name}`, { [name]: 'https://sqs.us-east-1.amazonaws.com/000000000000/other' }] as const,
  ),
  ['a queue with a user in its URL', { itemQueueUrl: 'http://127.0.0.1:1@queue.invalid/000000000000/items' }],
].map(([name, change]) => [name as string, JSON.stringify({ ...stack, ...(change as object) })] as const);

describe('stack file', () => {
  let path: string;
  beforeEach(() => {
    path = join(testFolder(), '.local', 'stack.json');
  });

  it('is read as it was written, and leaves nothing else in its folder', () => {
    writeStackFile(stack, path);
    expect(readStackFile(path)).toMatchObject(stack);
    expect(readdirSync(dirname(path))).toEqual(['stack.json']);
  });

  it('is for its user alone, whatever the umask and whatever the folder was', () => {
    mkdirSync(dirname(path), { mode: 0o755 });
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    writeStackFile(stack, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it('replaces the one before', () => {
    writeStackFile(stack, path);
    writeStackFile({ ...stack, catalogTable: 'Other' }, path);
    expect(readStackFile(path)?.catalogTable).toBe('Other');
  });

  it('is gone after it was removed, and can be removed again', () => {
    writeStackFile(stack, path);
    removeStackFile(stack.processId, path);
    removeStackFile(stack.processId, path);
    expect(existsSync(path)).toBe(false);
    expect(readStackFile(path)).toBeUndefined();
  });

  it('is left where another stack has replaced it', () => {
    writeStackFile(stack, path);
    removeStackFile(stack.processId + 1, path);
    expect(readStackFile(path)).toMatchObject({ processId: stack.processId });
  });

  it('does not count when its process is gone', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    writeStackFile({ ...stack, processId: child.pid ?? 0 }, path);
    expect(readStackFile(path)).toBeUndefined();
  });

  it('does not count when its process id is another process by now', () => {
    writeStackFile(stack, path);
    const written = JSON.parse(readFileSync(path, 'utf8'));
    expect(written.processStart).toMatch(/\d/);
    writeFileSync(path, JSON.stringify({ ...written, processStart: `${written.processStart}0` }));
    expect(readStackFile(path)).toBeUndefined();
  });

  it.each([
    ['empty', ''],
    ['no JSON', '{"processId":'],
    ['no object', 'null'],
    ['without a member', JSON.stringify({ ...stack, fetchQueueUrl: undefined })],
    ['with an endpoint that is no URL', JSON.stringify({ ...stack, endpoints: { ...stack.endpoints, sqs: 'there' } })],
    ...elsewhere.map(([name, text]): [string, string] => [`with ${name} that is not the stack's own`, text]),
    ['longer than any', JSON.stringify({ ...stack, more: 'x'.repeat(100_000) })],
    ['with a process id that is no number', JSON.stringify({ ...stack, processId: `${process.pid}` })],
  ])('is named as damaged when it is %s', (_what, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    expect(caught(() => readStackFile(path))).toEqual(
      new PermanentError(
        'stack_file_damaged',
        `'${path}' is damaged: it does not say where a stack runs; delete it, and start \`local\` again`,
      ),
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('is not used when there is a folder or a link in its place', () => {
    mkdirSync(path, { recursive: true });
    expect(caught(() => readStackFile(path))).toMatchObject({ code: 'stack_file_not_own' });
    writeStackFile(stack, `${path}.real`);
    rmdirSync(path);
    symlinkSync(`${path}.real`, path);
    expect(caught(() => readStackFile(path))).toMatchObject({ code: 'stack_file_not_own' });
  });

  it('is taken with TMDB itself, and with a reader', () => {
    const endpoints = { ...stack.endpoints, tmdb: 'https://api.themoviedb.org/3', http: 'http://127.0.0.1:4' };
    writeStackFile({ ...stack, endpoints }, path);
    expect(readStackFile(path)?.endpoints).toEqual(endpoints);
  });

  it('is not waited for when there is a pipe in its place', () => {
    mkdirSync(dirname(path));
    execFileSync('mkfifo', [path]);
    expect(caught(() => readStackFile(path))).toMatchObject({ code: 'stack_file_not_own' });
  });

  it('is one sentence when its folder is a file', () => {
    writeFileSync(dirname(path), '');
    expect(caught(() => readStackFile(path))).toMatchObject({ code: 'stack_file_unreadable' });
  });

  it('is not used when others may write it', () => {
    writeStackFile(stack, path);
    chmodSync(path, 0o666);
    expect(caught(() => readStackFile(path))).toMatchObject({ code: 'stack_file_not_own' });
  });
});

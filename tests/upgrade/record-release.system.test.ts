import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bareEnvironment } from '../support/cli-process.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { bodiesOf, readRecordings } from './recording.ts';

const page = readFileSync(join(repositoryRoot, 'docs/delivery.md'), 'utf8');

it('records what this release leaves, by the command of docs/delivery.md: something of every kind', async (context) => {
  if (!existsSync(join(repositoryRoot, '.git'))) {
    context.skip('a release is recorded from a git repository, and this is none');
  }
  const folder = testFolder();
  const [, words = ''] = /```sh\nnode (tests\/upgrade\/.*)\n```/.exec(page) ?? [];
  await promisify(execFile)(process.execPath, [...words.split(' '), '--output', folder], {
    cwd: repositoryRoot,
    env: bareEnvironment(),
  });
  const [recording, ...others] = readRecordings(folder);
  expect(others).toEqual([]);
  const ids = recording?.control.map(({ id }) => String(id).replace(/#.*/, ''));
  const kinds = ['breaker', 'deferred', 'feed', 'in-flight', 'rate-schedule', 'refresh', 'run', 'usage'];
  expect([...new Set(ids)]).toEqual(expect.arrayContaining(kinds));
  expect(new Set(bodiesOf(recording?.fetchQueue ?? []).map(({ kind }) => kind))).toEqual(
    new Set(['fetch-job', 'title-job']),
  );
  expect(new Set(bodiesOf(recording?.itemQueue ?? []).map(({ kind }) => kind))).toEqual(
    new Set(['item-page', 'item-title']),
  );
  const reasons = (recording?.fetchDeadLetters ?? []).map(({ attributes }) => attributes?.reason);
  expect(new Set(reasons)).toEqual(new Set(['malformed', 'refused-by-tmdb', undefined]));
  expect((recording?.itemDeadLetters ?? []).map(({ attributes }) => attributes?.reason)).toEqual([
    'malformed',
    undefined,
  ]);
});

/** A client that a public generator makes of the document, as docs/reader.md shows it, against the running stack. */
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { type ServedReader, startServedReader } from '../../support/served-reader.ts';
import { repositoryRoot } from '../../support/shared-data.ts';

const run = promisify(execFile);
const packages = join(repositoryRoot, 'node_modules');
const application = scratchFolder();
let served: ServedReader;

const section = (heading: string) => {
  const page = readFileSync(join(repositoryRoot, 'docs/reader.md'), 'utf8');
  return page.split(`\n### ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? '';
};
const blockOf = (language: string) =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section('A typed client'))?.[1] ?? '';

const inFolder = { cwd: application };
const typeCheck = async (file: string): Promise<string> => {
  const options = ['--noEmit', '--ignoreConfig', '--strict', '--skipLibCheck', '--target', 'es2024', '--types', 'node'];
  const resolution = ['--module', 'nodenext', '--typeRoots', join(packages, '@types')];
  const tsc = join(packages, 'typescript/bin/tsc');
  return run(process.execPath, [tsc, ...options, ...resolution, file], inFolder).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
};

beforeAll(async () => {
  symlinkSync(packages, join(application, 'node_modules'));
  served = await startServedReader('token-of-the-typed-client');
  // The command of the page, with the packages that are pinned here.
  const command = /npx (openapi-typescript) (\S+) -o (\S+)/.exec(blockOf('sh')) ?? [];
  const [, generator = '', source = '', target = ''] = command;
  const hook = join(repositoryRoot, 'tests/support/typescript-five.mjs');
  const program = join(packages, generator, 'bin/cli.js');
  const fetched = source.replace('http://127.0.0.1:8080', served.endpoint);
  await run(process.execPath, ['--import', hook, program, fetched, '-o', target], inFolder);
  writeFileSync(join(application, 'package.json'), '{"type":"module"}');
  writeFileSync(join(application, 'application.ts'), blockOf('ts'));
}, 120_000);

afterAll(() => served?.stop(), 30_000);

describe('a client that is generated from /openapi.json', () => {
  it('has the types of every resource', () => {
    const types = readFileSync(join(application, 'reader-api.d.ts'), 'utf8');
    for (const path of [
      'lists/{category}/{media}',
      'titles/{media}/{id}',
      'find/{source}/{id}',
      'recommendations',
      'health',
    ]) {
      expect(types).toContain(`"/v1/${path}"`);
    }
  });

  it('type-checks the program of the page', async () => {
    expect(await typeCheck('application.ts')).toBe('');
  });

  it.each([
    ["media: 'movie'", "media: 'films'", /"movie".*"tv"/],
    ['limit: 3', "limit: 'three'", /not assignable to type 'number'/],
    ['{category}/{media}', '{category}', /not assignable/],
    ['rank, title', 'rank, titel', /'titel' does not exist/],
  ])('refuses the program with %s as %s', async (right, wrong, complaint) => {
    const program = blockOf('ts');
    expect(program).toContain(right);
    writeFileSync(join(application, 'wrong.ts'), program.replace(right, wrong));
    expect(await typeCheck('wrong.ts')).toMatch(complaint);
  });

  it('reads from the running stack', async () => {
    const env = { PATH: process.env.PATH ?? '', READER_URL: served.endpoint };
    const { stdout, stderr } = await run(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'application.ts'],
      { ...inFolder, env },
    );
    expect(stderr).toBe('');
    const lines = stdout.trim().split('\n');
    const list = await served.ask('/v1/lists/popular/movie?limit=3&excludeGenres=27,99');
    const expected = (JSON.parse(list.text) as { titles: { rank: number; title: string }[] }).titles;
    expect(expected).toHaveLength(3);
    expect(lines.slice(0, 3)).toEqual(expected.map(({ rank, title }) => `${rank} ${title}`));
    expect(lines[3]).toMatch(/^limit: .*from 1 to 500$/);
  });

  it('reads by an address that ends in a slash, as AWS gives it', async () => {
    const env = { PATH: process.env.PATH ?? '', READER_URL: `${served.endpoint}/` };
    const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'application.ts'], {
      ...inFolder,
      env,
    });
    expect(stdout.trim().split('\n')).toHaveLength(4);
  });
});

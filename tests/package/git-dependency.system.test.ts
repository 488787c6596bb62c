import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { application, installed, npm, run } from './installation.ts';

const work = scratchFolder();
const home = application(join(work, 'application'));
/** Why the dependency could not be installed here. */
let missing: string | undefined;

// npm clones it, installs what the build needs there, builds, and packs: as long as `npm ci` takes, and more on a busy machine.
beforeAll(async () => {
  const bare = join(work, 'bare.git');
  const head = await run('git', ['rev-parse', 'HEAD'], { cwd: repositoryRoot }).catch(() => undefined);
  if (head === undefined) {
    missing = 'this is no clone of the repository';
    return;
  }
  await run('git', ['clone', '--quiet', '--bare', repositoryRoot, bare]);
  const written = await npm(home, 'install', `git+${pathToFileURL(bare).href}#${head.stdout.trim()}`);
  missing = written === undefined ? 'the registry of npm cannot be reached' : undefined;
}, 600_000);

describe('the package as a git dependency', () => {
  it('is built, and no larger than the tarball', (context) => {
    context.skip(missing !== undefined, missing);
    const { packages, bytes } = installed(home);
    expect(packages.length).toBeLessThanOrEqual(30);
    expect(bytes).toBeLessThanOrEqual(20e6);
  });

  it('has the library and the program', async (context) => {
    context.skip(missing !== undefined, missing);
    const code = "import { openReader } from 'tmdb-pipeline/reader'; console.log(typeof openReader);";
    const library = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: home });
    expect(library).toEqual({ stdout: 'function\n', stderr: '' });
    const program = await run(join(home, 'node_modules/.bin/tmdb-pipeline'), ['read', 'list', '--help']);
    expect(program.stdout).toMatch(/^Usage: tmdb-pipeline read list /);
  });
});

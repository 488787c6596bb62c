import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { bareEnvironment } from '../../support/cli-process.ts';
import { testFolder } from '../../support/scratch-folder.ts';
import { repositoryRoot } from '../../support/shared-data.ts';
import { until } from '../../support/until.ts';

/** A repository with functions that answer `answer()` and import no package. */
function smallRepository(): string {
  const folder = testFolder();
  for (const path of ['src/shared', 'src/local', 'package.json', 'docs/reader-openapi.json', 'tsconfig.json']) {
    cpSync(join(repositoryRoot, path), join(folder, path), { recursive: true });
  }
  // Packages are those of this repository; the cache, which is beside them, is not.
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(repositoryRoot, 'node_modules')).filter((one) => one !== '.cache')) {
    symlinkSync(join(repositoryRoot, 'node_modules', name), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'src/answer.ts'), answering('first'));
  for (const service of ['planner', 'worker', 'writer', 'reader']) {
    mkdirSync(join(folder, 'src', service));
    writeFileSync(join(folder, 'src', service, 'handler.ts'), "export { answer as handler } from '../answer.ts';\n");
  }
  return folder;
}

const answering = (text: string) => `export const answer = () => '${text}';\n`;

describe('the code of the functions', () => {
  let folder: string;
  const cache = () => join(folder, 'node_modules/.cache/tmdb-pipeline');
  const kept = () => readdirSync(cache()).filter((name) => /^code-\w+-\w+\.json$/.test(name));
  /** Bundles in a process of its own; returns the writer's code. */
  const bundled = (environment: Record<string, string> = {}): string => {
    const program = `
      import { bundleHandlers } from ${JSON.stringify(join(folder, 'src/local/bundle/bundle-handlers.ts'))};
      import { defaultSettings } from ${JSON.stringify(join(folder, 'src/shared/settings/settings.ts'))};
      console.log((await bundleHandlers(defaultSettings)).writer);
      process.exit();`;
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
    const env = { ...bareEnvironment(), ...environment };
    return readFileSync(
      fileURLToPath(execFileSync(process.execPath, args, { encoding: 'utf8', env, stdio: 'pipe' }).trim()),
      'utf8',
    );
  };
  /** What was built from files that are as young as the build is not kept. */
  const settled = () => until('the files have an age', () => Date.now() - statSync(lastChanged()).ctimeMs > 1_500);
  const lastChanged = () => join(folder, 'src/answer.ts');

  beforeEach(async () => {
    folder = smallRepository();
    await settled();
  });

  it('is kept from process to process: esbuild is not asked again', () => {
    const code = bundled();
    expect(kept()).toHaveLength(4);
    for (const name of kept()) {
      const file = join(cache(), name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('first', 'kept!'));
    }
    expect(bundled()).toBe(code.replaceAll('first', 'kept!'));
  });

  it('is built anew when a file has changed that it was built from, even to one of its size and time', async () => {
    const code = bundled();
    const { atime, mtime } = statSync(lastChanged());
    writeFileSync(lastChanged(), answering('other'));
    utimesSync(lastChanged(), atime, mtime);
    expect(bundled()).toBe(code.replaceAll('first', 'other'));
    // The files are too young: nobody knows which state was built.
    writeFileSync(lastChanged(), answering('third'));
    expect(bundled()).toBe(code.replaceAll('first', 'third'));
  });

  it.each(['src/local/bundle/bundle-options.ts', 'tsconfig.json', 'package.json'])(
    'is built anew when %s has changed',
    (path) => {
      bundled();
      const text = readFileSync(join(folder, path), 'utf8');
      writeFileSync(join(folder, path), text);
      for (const name of kept()) {
        const file = join(cache(), name);
        writeFileSync(file, readFileSync(file, 'utf8').replaceAll('first', 'stale'));
      }
      expect(bundled()).toContain('first');
    },
  );

  it('is built anew by a bundler that a variable names, and where what is kept is damaged', () => {
    const code = bundled();
    for (const name of kept()) {
      writeFileSync(join(cache(), name), '{"stamps":{');
    }
    expect(bundled()).toBe(code);
    expect(() => bundled({ ESBUILD_BINARY_PATH: '/bin/false' })).toThrow(/the functions were not bundled/);
  });
});

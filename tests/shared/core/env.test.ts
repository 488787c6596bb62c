import { afterEach, expect, it, vi } from 'vitest';
import { npmEnvironment, takeEnvironment, userCacheFolder } from '../../../src/shared/core/env.ts';

afterEach(() => vi.unstubAllEnvs());

it.each(['', 'relative/home'])('gives a process whose HOME is %j a home folder, where the cache is too', (home) => {
  for (const [name, value] of Object.entries({ HOME: home, XDG_CACHE_HOME: '', TMDB_PIPELINE_CACHE: '' })) {
    vi.stubEnv(name, value);
  }
  const before = userCacheFolder();
  expect(before).toMatch(/^\/.*\.cache\/tmdb-pipeline$/);
  takeEnvironment([]);
  expect(process.env.HOME).toMatch(/^\//);
  expect(userCacheFolder()).toBe(before);
});

it('leaves an absolute HOME as it is', () => {
  vi.stubEnv('HOME', '/home/of-a-test');
  takeEnvironment([]);
  expect(process.env.HOME).toBe('/home/of-a-test');
});

it('keeps from another npm where the npm of this process works, and nothing else', () => {
  const places = ['npm_config_workspace', 'NPM_CONFIG_GLOBAL', 'npm_config_package-lock-only', 'npm_config_prefix'];
  for (const name of [...places, 'npm_config_registry', 'npm_config_globalconfig']) {
    vi.stubEnv(name, 'x');
  }
  const given = npmEnvironment();
  expect(places.filter((name) => name in given)).toEqual([]);
  expect(given).toMatchObject({ npm_config_registry: 'x', npm_config_globalconfig: 'x' });
});

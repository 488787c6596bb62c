import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type * as z from 'zod';
import { proxyVariablesIn } from './proxy-variables.ts';

/**
 * A copy of the process environment; no other file reads it. The variables named in `secrets` are deleted from the process, so that no
 * child process inherits them. A process without a home folder gets one, because the AWS SDK fails without.
 */
export function takeEnvironment(secrets: readonly string[]): Readonly<Record<string, string | undefined>> {
  const environment = { ...process.env };
  if (!isAbsolute(environment.HOME ?? '')) {
    process.env.HOME = homeFolder();
  }
  for (const name of secrets) {
    delete process.env[name];
  }
  return environment;
}

/**
 * The variables that a function needs, parsed once at cold start.
 * @throws Error with the name of every missing or malformed variable. It never contains values.
 */
export function readEnvironment<T extends z.ZodType>(schema: T): z.infer<T> {
  // This runs once for each container: compiling a fast path takes longer than it saves.
  const parsed = schema.safeParse(process.env, { jitless: true });
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.code})`);
    throw new Error(`environment variables missing or malformed: ${names.join(', ')}`);
  }
  return parsed.data;
}

/**
 * The region that `AWS_DEFAULT_REGION` names where `AWS_REGION` is not set: the AWS command line and the other SDKs read it, the one for
 * JavaScript does not. In Lambda `AWS_REGION` is always set.
 */
export function defaultRegion(): string | undefined {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  return (AWS_REGION ?? '') === '' ? AWS_DEFAULT_REGION || undefined : undefined;
}

/** Whether a variable names another server in the place of AWS's SQS. */
export function hasSqsEndpoint(): boolean {
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS } = process.env;
  return AWS_IGNORE_CONFIGURED_ENDPOINT_URLS !== 'true' && Boolean(AWS_ENDPOINT_URL_SQS || AWS_ENDPOINT_URL);
}

/** Settings of an npm that started this process, such as `npx --workspace`, which would have another npm work elsewhere or not at all. */
const placesOfNpm =
  /^npm_config_(global|location|prefix|local[-_]prefix|workspaces?|include[-_]workspace[-_]root|dry[-_]run|package[-_]lock[-_]only)$/i;

/** The environment for an npm that installs into a folder of its own. */
export function npmEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !placesOfNpm.test(name)));
}

/** The variables of this process that name a proxy. */
export function proxyVariables(): Record<string, string> {
  return proxyVariablesIn(process.env);
}

/** The name of the user who runs this process; their id where the machine has no name for it, as in a container that was started with `--user`. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The user's home folder; that of a user without one is `/`, as in containers. */
function homeFolder(): string {
  for (const told of [homedir, () => userInfo().homedir]) {
    try {
      const folder = told();
      // HOME may be empty.
      if (isAbsolute(folder)) {
        return folder;
      }
    } catch {
      // The machine does not know this user.
    }
  }
  return '/';
}

/**
 * The folder for what the command line keeps between its runs and can make again: `TMDB_PIPELINE_CACHE`, else `tmdb-pipeline` in
 * `XDG_CACHE_HOME`, else in `~/.cache`. It need not exist.
 */
export function userCacheFolder(): string {
  const { TMDB_PIPELINE_CACHE, XDG_CACHE_HOME = '' } = process.env;
  if (TMDB_PIPELINE_CACHE) {
    return resolve(TMDB_PIPELINE_CACHE);
  }
  // The specification of base directories has relative paths ignored.
  return join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homeFolder(), '.cache'), 'tmdb-pipeline');
}

/** The esbuild that a variable of esbuild names in place of the installed one. */
export function namedBundler(): string | undefined {
  return process.env.ESBUILD_BINARY_PATH || undefined;
}

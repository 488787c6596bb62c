import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type * as z from 'zod';
import { proxyVariablesIn } from './proxy-variables.ts';

/**
 * A copy of the process environment; no other file reads it. The variables named in `secrets` are deleted from the process, so that no
 * child process inherits them.
 */
export function takeEnvironment(secrets: readonly string[]): Readonly<Record<string, string | undefined>> {
  const environment = { ...process.env };
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

/** The variables of this process that name a proxy. */
export function proxyVariables(): Record<string, string> {
  return proxyVariablesIn(process.env);
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
  return join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache'), 'tmdb-pipeline');
}

/** The esbuild that a variable of esbuild names in place of the installed one. */
export function namedBundler(): string | undefined {
  return process.env.ESBUILD_BINARY_PATH || undefined;
}

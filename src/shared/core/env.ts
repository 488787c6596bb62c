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

/** The variables of this process that name a proxy. */
export function proxyVariables(): Record<string, string> {
  return proxyVariablesIn(process.env);
}

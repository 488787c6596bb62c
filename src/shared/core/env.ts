import type * as z from 'zod';
import { proxyVariablesIn } from './proxy-variables.ts';

/**
 * A copy of the process environment: this file is the only one that touches it. The variables named in `secrets` are taken out
 * of it, so that no child process inherits them.
 */
export function takeEnvironment(secrets: readonly string[]): Readonly<Record<string, string | undefined>> {
  const environment = { ...process.env };
  for (const name of secrets) {
    delete process.env[name];
  }
  return environment;
}

/**
 * The variables a function needs, parsed once at cold start.
 * @throws with the name of every missing or malformed variable; values are never shown.
 */
export function readEnvironment<T extends z.ZodType>(schema: T): z.infer<T> {
  // Once in a container's life: compiling a fast path would take longer than it saves.
  const parsed = schema.safeParse(process.env, { jitless: true });
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.code})`);
    throw new Error(`environment variables missing or malformed: ${names.join(', ')}`);
  }
  return parsed.data;
}

/** The variables that name a proxy, of this process. */
export function proxyVariables(): Record<string, string> {
  return proxyVariablesIn(process.env);
}

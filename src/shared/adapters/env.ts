import type * as z from 'zod';

/** The process environment: this file is the only one that touches it. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/**
 * The variables a function needs, parsed once at cold start.
 * @throws with the name of every missing or malformed variable; values are never shown.
 */
export function readEnvironment<T extends z.ZodType>(schema: T): z.infer<T> {
  const parsed = schema.safeParse(process.env);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.code})`);
    throw new Error(`environment variables missing or malformed: ${names.join(', ')}`);
  }
  return parsed.data;
}

import type * as z from 'zod';

/** The first sentence in which `schema` refuses `value`, or `undefined` when it takes it. */
export function refusalOf(schema: z.ZodType, value: unknown): string | undefined {
  return refusalsOf(schema, value)[0];
}

/** All sentences in which `schema` refuses `value`. */
export function refusalsOf(schema: z.ZodType, value: unknown): string[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.message);
}

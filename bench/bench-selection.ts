import { UsageError } from '../src/shared/core/errors.ts';

/**
 * What to run of a bench: parts by their names (none: all), the seconds of a trial in place of its own, for a short look, and a folder of data
 * in place of the usual one.
 */
export type BenchSelection = { parts: readonly string[]; seconds: number | undefined; data?: string | undefined };

/** The chosen of `names`, in their order. @throws UsageError for a name that there is not. */
export function chosenParts<Name extends string>(names: readonly Name[], { parts }: BenchSelection): Name[] {
  const unknown = parts.find((part) => !names.some((name) => name === part));
  if (unknown !== undefined) {
    throw new UsageError(`there is no part '${unknown}': there are ${names.map((name) => `'${name}'`).join(', ')}`);
  }
  return names.filter((name) => parts.length === 0 || parts.includes(name));
}

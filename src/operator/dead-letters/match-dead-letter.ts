import { UsageError } from '../../shared/errors.ts';
import { shown } from '../../shared/shown-text.ts';
import type { DeadLetter } from './decode-dead-letter.ts';

/** By what dead letters are chosen. */
export const matchKeys = [
  'reason',
  'code',
  'kind',
  'category',
  'media',
  'region',
  'language',
  'feed',
  'runId',
  'jobId',
  'messageId',
] as const;

type MatchKey = (typeof matchKeys)[number];

/** A choice: every key given must have one of its values. Without keys everything is chosen. */
export type Match = ReadonlyMap<MatchKey, readonly string[]>;

/**
 * `reason=too-old region=DE`: values of one key are alternatives, and one that ends in `*` is a beginning.
 * @throws UsageError for what is no `key=value`, or a key that nothing is chosen by.
 */
export function parseMatch(texts: readonly string[]): Match {
  const match = new Map<MatchKey, string[]>();
  for (const text of texts) {
    const [, name = '', value = ''] = /^([A-Za-z]+)=(.+)$/.exec(text) ?? [];
    const key = matchKeys.find((known) => known === name);
    if (key === undefined) {
      throw new UsageError(
        `--match holds '${shown(text)}': allowed are key=value pairs with one of the keys ${matchKeys.join(', ')}`,
      );
    }
    match.set(key, [...(match.get(key) ?? []), value]);
  }
  return match;
}

/** Whether a dead letter is chosen. */
export function matches(letter: DeadLetter, match: Match): boolean {
  return [...match].every(([key, values]) => values.some((value) => fits(memberOf(letter, key), value)));
}

function memberOf(letter: DeadLetter, key: MatchKey): string {
  switch (key) {
    case 'category':
    case 'media':
    case 'region':
    case 'language':
      return letter.feed?.[key] ?? '';
    case 'feed':
      return letter.subject;
    case 'runId':
      return letter.jobId.split('/', 1)[0] ?? '';
    default:
      return letter[key];
  }
}

function fits(actual: string, wanted: string): boolean {
  return wanted.endsWith('*') ? actual.startsWith(wanted.slice(0, -1)) : actual === wanted;
}

import { UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { deathReasons } from '../../shared/queues/dead-letter.ts';
import { type DeadLetter, letterKinds, movedBySqs } from './decode-dead-letter.ts';

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

/** Reasons that the pipeline gives, and the one of what it has not put there itself. */
const knownReasons: readonly string[] = [...deathReasons, movedBySqs];
/** A sentence names no more. */
const mostNamed = 12;

/** A choice: every key given must have one of its values. Without keys everything is chosen. */
export type Match = ReadonlyMap<MatchKey, readonly string[]>;

/**
 * `reason=too-old region=DE`: values of one key are alternatives, and one that ends in `*` is a beginning.
 * @throws UsageError for what is no `key=value`, a key that nothing is chosen by, or a kind that there is not.
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
    if (key === 'kind' && !letterKinds.some((kind) => fits(kind, value))) {
      throw new UsageError(`--match kind is '${shown(value)}': allowed are ${letterKinds.join(', ')}`);
    }
    match.set(key, [...(match.get(key) ?? []), value]);
  }
  return match;
}

/** Whether a reason is chosen that the pipeline does not give; another program may have put such letters there. */
export function namesUnknownReason(match: Match): boolean {
  return unknownReasons(match, knownReasons).length > 0;
}

/** @throws UsageError for a reason that neither the pipeline gives nor any of `letters` has: nobody would see the slip of a finger. */
export function refuseUnknownReasons(match: Match, letters: readonly DeadLetter[]): void {
  const present = letters.map(({ reason }) => reason);
  const reasons = [...new Set([...knownReasons, ...present])];
  const [unknown] = unknownReasons(match, reasons);
  if (unknown !== undefined) {
    const named = reasons.slice(0, mostNamed).map(shown).join(', ');
    throw new UsageError(`--match reason is '${shown(unknown)}': allowed are ${named}`);
  }
}

function unknownReasons(match: Match, reasons: readonly string[]): string[] {
  return (match.get('reason') ?? []).filter((value) => !reasons.some((reason) => fits(reason, value)));
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

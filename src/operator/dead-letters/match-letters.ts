/** Which dead letters are chosen: `--match key=value`. */
import { UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { deathReasons } from '../../shared/queues/dead-letter.ts';
import { type DeadLetter, letterKinds, movedBySqs } from './dead-letter.ts';
import { triggerReasons } from './trigger-letter.ts';

/** Keys of `--match`. */
export const matchKeys = [
  'reason',
  'code',
  'kind',
  'category',
  'media',
  'region',
  'language',
  'feed',
  'title',
  'runId',
  'jobId',
  'messageId',
] as const;

type MatchKey = (typeof matchKeys)[number];

const titleText = /^(movie|tv):(\d{1,16}|\d{0,16}\*)$/;

/** Reasons that the pipeline gives, those of triggers, and that of letters which SQS moved. */
const knownReasons: readonly string[] = [...deathReasons, ...triggerReasons, movedBySqs];
/** A sentence names no more. */
const mostNamed = 12;

/** A choice: every key given must have one of its values. Without keys everything is chosen. */
export type Match = ReadonlyMap<MatchKey, readonly string[]>;

/**
 * `reason=too-old region=DE`: values of one key are alternatives, and one that ends in `*` is a beginning.
 * @throws UsageError for what is no `key=value`, an unknown key, an unknown kind, or what is no title.
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
    refuseUnmatchable(key, value);
    match.set(key, [...(match.get(key) ?? []), value]);
  }
  return match;
}

/** A typing error would match nothing. */
function refuseUnmatchable(key: MatchKey, value: string): void {
  const isKind = key === 'kind';
  if (isKind ? !letterKinds.some((kind) => fits(kind, value)) : key === 'title' && !titleText.test(value)) {
    const allowed = isKind ? letterKinds.join(', ') : 'titles such as movie:550, and beginnings such as movie:*';
    throw new UsageError(`--match ${key} is '${shown(value)}': allowed are ${allowed}`);
  }
}

/** Whether a reason is chosen that the pipeline does not give. Another program may have sent such letters, so the queue decides. */
export function namesUnknownReason(match: Match): boolean {
  return unknownReasons(match, knownReasons).length > 0;
}

/** @throws UsageError for a reason that neither the pipeline gives nor any of `letters` has: a typing error would match nothing. */
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
    case 'region':
      return letter.feed?.[key] ?? '';
    case 'media':
      return letter.feed?.media ?? letter.title.split(':', 1)[0] ?? '';
    case 'language':
      // Of a title `movie/550/de-DE`; one that is fetched whole has none.
      return letter.feed?.language ?? (letter.title === '' ? '' : (letter.subject.split('/')[2] ?? ''));
    case 'feed':
      return letter.subject;
    case 'runId':
      return runOfJob(letter.jobId);
    default:
      return letter[key];
  }
}

/** The run of a job; empty where a letter names no job. */
export function runOfJob(jobId: string): string {
  return jobId.split('/', 1)[0] ?? '';
}

function fits(actual: string, wanted: string): boolean {
  return wanted.endsWith('*') ? actual.startsWith(wanted.slice(0, -1)) : actual === wanted;
}

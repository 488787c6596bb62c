import * as z from 'zod';
import { isoFromMs, latestDateMs } from '../../shared/core/clock.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { type Feed, feedId, feedSchema, languageSchema, mediaTypes } from '../../shared/core/feed.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { deathReasons } from '../../shared/queues/dead-letter.ts';
import type { ReceivedMessage } from '../../shared/queues/message-source.ts';
import { referenceNames } from '../../shared/queues/reference.ts';
import { readTrigger, triggerReasons } from './trigger-letter.ts';

/** What a dead letter may be, as far as its body says. */
export const letterKinds = [
  'fetch-job',
  'title-job',
  'item-page',
  'item-title',
  'item-details',
  'reference-job',
  'item-reference',
  'trigger',
  'unreadable',
] as const;

type LetterKind = (typeof letterKinds)[number];

const movedBySqs = 'moved-by-sqs';

/** What a dead letter is about, as far as it says; texts that it does not say are empty. All texts but the body are bounded. */
export type DeadLetter = {
  messageId: string;
  /** `moved-by-sqs`: the pipeline did not put it there; SQS did, after too many receives. */
  reason: string;
  code: string;
  detail: string;
  jobId: string;
  /** ISO 8601 UTC; of what SQS has moved, when it was sent first. */
  failedAt: string;
  /** `fetch-job`, `title-job`, `item-page`, `item-title`, `item-details`, `reference-job`, `item-reference`, `trigger` (of the planner), or `unreadable`. */
  kind: LetterKind;
  /** Id of the feed, or of the title and its language, or what of the reference data, or what a trigger asked for. */
  subject: string;
  feed: Feed | undefined;
  /** The title that it is about, as `movie:550`; empty where it is about none. */
  title: string;
  replays: number;
  body: string;
};

const wordCharacters = 100;
/** A job's id has 200 at the most, a detail 500. */
const sentenceCharacters = 500;
/** A higher count was not made by an operator. */
const mostReplays = 1_000_000;
/** Messages of the pipeline are a few levels deep; much deeper JSON overflows the stack when it is printed, compared or sent. */
const mostLevels = 64;
const text = z.string().catch('');
const bounded = (count: number) => Math.min(count, mostReplays);
const referenceName = z.enum(referenceNames).optional().catch(undefined);
const titleSchema = z.object({ mediaType: z.enum(mediaTypes), id: z.int().positive() });

const letterSchema = z.object({
  jobId: text,
  // A trigger is known by its form, not by what it says.
  kind: z.enum(letterKinds).exclude(['trigger']).catch('unreadable'),
  feed: feedSchema.optional().catch(undefined),
  replays: z.int().min(0).transform(bounded).catch(0),
  language: languageSchema.optional().catch(undefined),
  title: titleSchema.optional().catch(undefined),
  details: z.literal(true).optional().catch(undefined),
  what: referenceName,
  reference: z.object({ what: referenceName }).optional().catch(undefined),
});

const attributesSchema = z.object({
  reason: text,
  code: text,
  detail: text,
  jobId: text,
  failedAt: z.iso.datetime().catch(''),
  replayCount: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform((digits) => bounded(Number(digits)))
    .catch(0),
});

/** Reads a message of a dead-letter queue. Nothing in it can make this fail. */
export function decodeDeadLetter({ messageId, body, attributes, sentAtMs }: ReceivedMessage): DeadLetter {
  const json = parseObject(body);
  const { feed, ...said } = letterSchema.parse(json);
  const told = attributesSchema.parse({ ...attributes });
  const title = said.kind === 'item-title' ? said.title : titleSchema.safeParse(json).data;
  // A whole title is in all languages.
  const language = said.details === true ? undefined : said.language;
  const ofTitle = title && [title.mediaType, title.id, language].filter((part) => part !== undefined).join('/');
  const trigger = readTrigger(json, attributes);
  const why = trigger === undefined || trigger.reason === '' ? told : trigger;
  return {
    messageId,
    reason: why.reason.slice(0, wordCharacters) || movedBySqs,
    code: why.code.slice(0, wordCharacters),
    detail: why.detail.slice(0, sentenceCharacters),
    jobId: (said.jobId || told.jobId).slice(0, sentenceCharacters),
    failedAt: told.failedAt || timeOf(sentAtMs),
    kind: trigger === undefined ? said.kind : 'trigger',
    subject:
      feed === undefined ? (ofTitle ?? said.reference?.what ?? said.what ?? trigger?.subject ?? '') : feedId(feed),
    feed,
    title: title === undefined || feed !== undefined ? '' : `${title.mediaType}:${title.id}`,
    replays: Math.max(said.replays, told.replayCount),
    body,
  };
}

/** ISO 8601 UTC; empty for no time, or one beyond what a date can hold. */
function timeOf(epochMs: number): string {
  return epochMs > 0 && epochMs <= latestDateMs ? isoFromMs(epochMs) : '';
}

/** A body as JSON; `undefined` when it is none, or so deep that no message of the pipeline is. */
export function parseBody(body: string): unknown {
  try {
    const json: unknown = JSON.parse(body);
    return isWithin(json, mostLevels) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** A body as an object; an empty one when it is none. */
export function parseObject(body: string): Record<string, unknown> {
  const json = parseBody(body);
  return isObject(json) ? json : {};
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isWithin(json: unknown, levels: number): boolean {
  if (typeof json !== 'object' || json === null) {
    return true;
  }
  return levels > 0 && Object.values(json).every((member) => isWithin(member, levels - 1));
}

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
      return letter.jobId.split('/', 1)[0] ?? '';
    default:
      return letter[key];
  }
}

function fits(actual: string, wanted: string): boolean {
  return wanted.endsWith('*') ? actual.startsWith(wanted.slice(0, -1)) : actual === wanted;
}

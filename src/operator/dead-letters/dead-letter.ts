import * as z from 'zod';
import { isoFromMs, latestDateMs } from '../../shared/core/clock.ts';
import { type Feed, feedId, feedSchema, languageSchema, mediaTypes } from '../../shared/core/feed.ts';
import type { ReceivedMessage } from '../../shared/queues/message-source.ts';
import { referenceNames } from '../../shared/queues/reference.ts';
import { readTrigger } from './trigger-letter.ts';

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

/** The reason of a letter that SQS itself has moved. */
export const movedBySqs = 'moved-by-sqs';

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
  const said = letterSchema.parse(json);
  const told = attributesSchema.parse({ ...attributes });
  const { subject, title } = aboutOf(said, json);
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
    subject: subject ?? trigger?.subject ?? '',
    feed: said.feed,
    title,
    replays: Math.max(said.replays, told.replayCount),
    body,
  };
}

/** What a message is about: a feed, a title and its language, or reference data. */
function aboutOf({ feed, ...said }: z.infer<typeof letterSchema>, json: object): { subject?: string; title: string } {
  if (feed !== undefined) {
    return { subject: feedId(feed), title: '' };
  }
  const title = said.kind === 'item-title' ? said.title : titleSchema.safeParse(json).data;
  const what = said.reference?.what ?? said.what;
  if (title === undefined) {
    return { ...(what && { subject: what }), title: '' };
  }
  // A whole title is in all languages.
  const language = said.details === true || said.language === undefined ? '' : `/${said.language}`;
  const { mediaType, id } = title;
  return { subject: `${mediaType}/${id}${language}`, title: `${mediaType}:${id}` };
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

/** A body for people: JSON in lines; anything else as it is. */
export function readableBody(body: string): string {
  const json = parseBody(body) ?? body;
  return typeof json === 'string' ? json : JSON.stringify(json, undefined, 2);
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

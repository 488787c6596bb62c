import * as z from 'zod';
import { isoFromMs, latestDateMs } from '../../shared/core/clock.ts';
import { type Feed, feedId, feedSchema, languageSchema, mediaTypes } from '../../shared/core/feed.ts';
import type { ReceivedMessage } from '../../shared/queues/message-source.ts';
import { parseObject } from './read-body.ts';

/** What a dead letter is about, as far as it tells. Empty texts: it does not. All texts but the body are bounded. */
export type DeadLetter = {
  messageId: string;
  /** `moved-by-sqs`: the pipeline did not put it there; SQS did, after too many receives. */
  reason: string;
  code: string;
  detail: string;
  jobId: string;
  /** ISO 8601 UTC; of what SQS has moved, when it was sent first. */
  failedAt: string;
  /** `fetch-job`, `title-job`, `item-page`, `item-title`, or `unreadable`. */
  kind: LetterKind;
  /** Id of the feed, or of the title and its language. */
  subject: string;
  feed: Feed | undefined;
  replays: number;
  body: string;
};

/** What a dead letter may be, as far as its body says. */
export const letterKinds = ['fetch-job', 'title-job', 'item-page', 'item-title', 'unreadable'] as const;
export type LetterKind = (typeof letterKinds)[number];

export const movedBySqs = 'moved-by-sqs';

const wordCharacters = 100;
/** A job's id has 200 at the most, a detail 500. */
const sentenceCharacters = 500;
/** More is no count of anything that an operator has done. */
const mostReplays = 1_000_000;

const text = z.string().catch('');
const bounded = (count: number) => Math.min(count, mostReplays);
const titleSchema = z.object({ mediaType: z.enum(mediaTypes), id: z.int().positive() });
const letterSchema = z.object({
  jobId: text,
  kind: z.enum(letterKinds).catch('unreadable'),
  feed: feedSchema.optional().catch(undefined),
  replays: z.int().min(0).transform(bounded).catch(0),
  language: languageSchema.optional().catch(undefined),
  title: titleSchema.optional().catch(undefined),
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
  const ofTitle = title && [title.mediaType, title.id, said.language].filter((part) => part !== undefined).join('/');
  return {
    messageId,
    reason: told.reason.slice(0, wordCharacters) || movedBySqs,
    code: told.code.slice(0, wordCharacters),
    detail: told.detail.slice(0, sentenceCharacters),
    jobId: (said.jobId || told.jobId).slice(0, sentenceCharacters),
    failedAt: told.failedAt || timeOf(sentAtMs),
    kind: said.kind,
    subject: feed === undefined ? (ofTitle ?? '') : feedId(feed),
    feed,
    replays: Math.max(said.replays, told.replayCount),
    body,
  };
}

/** Empty where there is no time, or none that a clock could have shown. */
function timeOf(epochMs: number): string {
  return epochMs > 0 && epochMs <= latestDateMs ? isoFromMs(epochMs) : '';
}

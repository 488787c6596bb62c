import { type Feed, feedId, feedSchema, type MediaType } from '../../shared/feed.ts';
import { isoFromMs } from '../../shared/ports/clock.ts';
import type { ReceivedMessage } from '../../shared/ports/message-source.ts';

/** What a dead letter is about, as far as it tells. Empty texts: it does not. */
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
  kind: string;
  /** Id of the feed, or of the title and its language. */
  subject: string;
  feed: Feed | undefined;
  replays: number;
  body: string;
};

const kinds = ['fetch-job', 'title-job', 'item-page', 'item-title'];
export const movedBySqs = 'moved-by-sqs';

/** Reads a message of a dead-letter queue. Nothing in it can make this fail. */
export function decodeDeadLetter({ messageId, body, attributes, sentAtMs }: ReceivedMessage): DeadLetter {
  const json = parseObject(body);
  const feed = feedSchema.safeParse(json.feed).data;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    messageId,
    reason: attributes.reason ?? movedBySqs,
    code: attributes.code ?? '',
    detail: attributes.detail ?? '',
    jobId: text(json.jobId) || (attributes.jobId ?? ''),
    failedAt: attributes.failedAt ?? isoFromMs(sentAtMs),
    kind: kinds.find((kind) => kind === json.kind) ?? 'unreadable',
    subject: feed === undefined ? titleSubjectOf(json) : feedId(feed),
    feed,
    replays: Math.max(countOf(json.replays), countOf(Number(attributes.replayCount))),
    body,
  };
}

function titleSubjectOf(json: Record<string, unknown>): string {
  const { mediaType, id } = (json.kind === 'item-title' ? json.title : json) as { mediaType?: MediaType; id?: number };
  return mediaType === undefined || id === undefined ? '' : `${mediaType}/${id}/${json.language}`;
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 0;
}

/** The body as an object; an empty one when it is none. */
export function parseObject(body: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

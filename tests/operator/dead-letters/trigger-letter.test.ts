import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDeadLetter } from '../../../src/operator/dead-letters/dead-letter.ts';
import { parseMatch } from '../../../src/operator/dead-letters/match-letters.ts';
import { replayDeadLetters } from '../../../src/operator/dead-letters/replay.ts';
import { deadJob } from '../../support/dead-letter-samples.ts';
import { recordingQueue } from '../../support/recording-queue.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { type LaidMessage, virtualMessageSource } from '../../support/virtual-message-source.ts';

const occurrence = { kind: 'schedule', version: 1, schedule: 'daily', occurrence: '2026-11-24T08:00:00Z' };
const adHoc = {
  id: 'e-1',
  source: 'tmdb-pipeline.Staging',
  'detail-type': 'Fetch Requested',
  time: '2026-11-24T08:00:00Z',
  detail: { version: 1, category: 'popular', media: ['movie', 'tv'], regions: ['DE'], pages: 1 },
};
const notDelivered = { ERROR_CODE: 'TOO_MANY_REQUESTS', ERROR_MESSAGE: 'Rate exceeded', RETRY_ATTEMPTS: '10' };
const ofSchedule = { ...notDelivered, SCHEDULE_ARN: 'arn:aws:scheduler:eu-west-1:1:schedule/S-schedules/daily' };
const ofRule = { ...notDelivered, RULE_ARN: 'arn:aws:events:eu-west-1:1:rule/S-AdHoc' };

/** What Lambda sends to the destination for failures. */
const invocation = (requestPayload: unknown, responsePayload: unknown = undefined) => ({
  version: '1.0',
  timestamp: '2026-11-24T08:03:00.000Z',
  requestContext: {
    requestId: 'r',
    functionArn: 'arn:aws:lambda:eu-west-1:1:function:S-Planner:$LATEST',
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  },
  requestPayload,
  responsePayload,
});

const decode = (body: unknown, attributes: Record<string, string> = {}) =>
  decodeDeadLetter({ messageId: 'm', receiptHandle: 'r', body: JSON.stringify(body), attributes, sentAtMs: 0 });

describe('a trigger among the dead letters', () => {
  it.each([
    ['an occurrence that the scheduler could not deliver', occurrence, ofSchedule],
    ['the call that the scheduler made', { FunctionName: 'f', Payload: JSON.stringify(occurrence) }, ofSchedule],
  ])('%s says why, and which it is', (_what, body, attributes) => {
    expect(decode(body, attributes)).toMatchObject({
      kind: 'trigger',
      reason: 'undelivered',
      code: 'TOO_MANY_REQUESTS',
      detail: 'Rate exceeded',
      subject: 'daily 2026-11-24T08:00:00Z',
      feed: undefined,
    });
  });

  it('an event that the bus could not deliver says what was asked for', () => {
    expect(decode(adHoc, ofRule)).toMatchObject({
      kind: 'trigger',
      reason: 'undelivered',
      subject: 'ad hoc popular movie,tv',
    });
  });

  it('an event for titles names the first of them', () => {
    const titles = [550, 551, 552, 553, 554].map((id) => ({ mediaType: 'movie', id }));
    const event = { ...adHoc, detail: { version: 1, titles } };
    expect(decode(event, ofRule).subject).toBe('ad hoc movie:550,movie:551,movie:552 and 2 more');
    const one = { ...adHoc, detail: { version: 1, titles: titles.slice(0, 1) } };
    expect(decode(one, ofRule)).toMatchObject({ kind: 'trigger', subject: 'ad hoc movie:550', title: '' });
  });

  it('one on which the planner failed says with what error; without one, that its retries are over', () => {
    const failed = invocation(occurrence, { errorType: 'ZodError', errorMessage: 'no such feed', trace: [] });
    expect(decode(failed)).toMatchObject({ reason: 'planner-failed', code: 'ZodError', detail: 'no such feed' });
    expect(decode(invocation(occurrence, null))).toMatchObject({
      kind: 'trigger',
      reason: 'planner-failed',
      code: 'RetriesExhausted',
      subject: 'daily 2026-11-24T08:00:00Z',
    });
  });

  it('is one too when what it asks for cannot be read', () => {
    expect(decode(invocation({ ...adHoc, detail: {} }))).toMatchObject({ kind: 'trigger', subject: 'a trigger' });
    expect(decode({ FunctionName: 'f', Payload: '{' }, ofSchedule)).toMatchObject({ reason: 'undelivered' });
  });

  it('is known by its body where a move by hand has lost the attributes, and keeps what the worker said then', () => {
    expect(decode(adHoc)).toMatchObject({ kind: 'trigger', reason: 'moved-by-sqs' });
    expect(decode(adHoc, { reason: 'malformed', code: 'c' })).toMatchObject({ kind: 'trigger', reason: 'malformed' });
  });

  it('is no job, and no job is one, whatever it says of itself', () => {
    const { body, attributes = {} } = deadJob(1, 'too-old');
    expect(decode(JSON.parse(body), attributes).kind).toBe('fetch-job');
    expect(decode({ kind: 'trigger' }).kind).toBe('unreadable');
    fc.assert(
      fc.property(fc.json(), fc.dictionary(fc.string(), fc.string()), (text, told) => {
        const message = { messageId: 'm', receiptHandle: 'r', body: text, attributes: told, sentAtMs: 0 };
        expect(decodeDeadLetter(message).kind).not.toBe('trigger');
      }),
    );
  });

  it('can be chosen by its reason and kind', () => {
    expect(() => parseMatch(['kind=trigger', 'reason=undelivered', 'reason=planner-failed'])).not.toThrow();
  });
});

describe('a replay of triggers', () => {
  async function replay(laid: readonly LaidMessage[], plan?: (trigger: unknown) => Promise<unknown>) {
    const clock = virtualClock({ autoJump: true });
    const source = virtualMessageSource(clock);
    for (const message of laid) {
      source.lay(message);
    }
    const target = recordingQueue();
    const options = { match: new Map(), max: 100, perSecond: 100, holdSeconds: 60, dryRun: false };
    const report = await replayDeadLetters(
      source,
      target,
      { ...options, onProgress: () => undefined, plan },
      clock,
      new AbortController().signal,
    );
    return { report, left: source.held().size, sent: target.sent.map(({ body }) => JSON.parse(body)) };
  }

  it('plans what they asked for, once each, and sends jobs to the queue as ever', async () => {
    const planned: unknown[] = [];
    const { report, left, sent } = await replay(
      [
        { body: JSON.stringify(occurrence), attributes: ofSchedule },
        { body: JSON.stringify(invocation(adHoc)) },
        deadJob(1, 'too-old'),
      ],
      async (trigger) => planned.push(trigger),
    );
    expect(report).toMatchObject({ replayed: 3, left: 0, failed: [] });
    expect(left).toBe(0);
    expect(planned).toEqual([occurrence, adHoc]);
    expect(sent).toHaveLength(1);
  });

  it('leaves those that cannot be planned, and says why', async () => {
    const { report, left } = await replay(
      [
        { body: JSON.stringify(invocation({ ...adHoc, detail: {} })) },
        { body: JSON.stringify(occurrence), attributes: ofSchedule },
      ],
      async () => {
        throw new Error('the table is gone');
      },
    );
    expect(left).toBe(2);
    expect(report).toMatchObject({ replayed: 0, left: 0 });
    expect(report.failed.map(({ why }) => why)).toEqual([
      expect.stringMatching(/^the planner takes no such event: .*delete this one$/),
      'the table is gone',
    ]);
  });
});

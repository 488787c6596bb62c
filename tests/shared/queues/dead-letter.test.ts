import { describe, expect, it } from 'vitest';
import { sendDeadLetter } from '../../../src/shared/queues/dead-letter.ts';
import { redactedSender } from '../../../src/shared/queues/message-sender.ts';
import { recordingQueue } from '../../support/recording-queue.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const death = {
  reason: 'malformed',
  code: 'malformed_message',
  detail: 'the token s3cret',
  jobId: 'popular/1',
} as const;

async function attributesOf(body: string): Promise<Readonly<Record<string, string>> | undefined> {
  const deadLetters = recordingQueue();
  const told = redactedSender(deadLetters, (text) => text.replace('s3cret', '[token]').replace('popular', '[token]'));
  await sendDeadLetter(body, death, { deadLetters: told, telemetry: recordingTelemetry(), clock: virtualClock() });
  expect(deadLetters.bodies).toEqual([body]);
  return deadLetters.sent[0]?.attributes;
}

describe('a dead letter', () => {
  it('says why, without the token, and by names that no placeholder rewrites', async () => {
    expect(await attributesOf('{"title": "s3cret"}')).toEqual({
      ...death,
      detail: 'the token [token]',
      failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it.each([
    [1_048_576, []],
    [1_048_576 - 60, ['reason', 'code']],
    [1_048_576 - 115, ['reason', 'code', 'failedAt', 'jobId']],
    [1_048_576 - 1_000, ['reason', 'code', 'failedAt', 'jobId', 'detail']],
  ])('of %i bytes goes with the attributes that SQS has room for', async (bytes, names) => {
    expect(Object.keys((await attributesOf('x'.repeat(bytes))) ?? {})).toEqual(names);
  });
});

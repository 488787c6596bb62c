import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../../src/shared/core/errors.ts';
import { fetchJobSchema } from '../../../src/shared/queues/fetch-job.ts';
import { itemPageSchema } from '../../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { plannerEventSchema } from '../../../src/shared/queues/plan-request.ts';
import { caught } from '../../support/caught.ts';
import { sampleJob } from '../../support/sample-messages.ts';

function refusal(body: string): string {
  const error = caught(() => parseMessage(fetchJobSchema, body));
  expect(error).toBeInstanceOf(PermanentError);
  expect(error).toMatchObject({ code: 'malformed_message' });
  return (error as Error).message;
}

describe('a message body', () => {
  it('gives the message back', () => {
    expect(parseMessage(fetchJobSchema, JSON.stringify(sampleJob()))).toEqual(sampleJob());
  });

  it('may carry members that a later release adds', () => {
    const body = JSON.stringify({ ...sampleJob(), priority: 3 });
    expect(parseMessage(fetchJobSchema, body)).toEqual(sampleJob());
  });

  it.each(['', '{', 'fetch-job', '\u0000', '{"kind":"fetch-job"'])(
    'that is no JSON is refused for good: %j',
    (body) => {
      expect(refusal(body)).toBe('the message body is not JSON');
      expect(caught(() => parseMessage(fetchJobSchema, body))).toHaveProperty('cause');
    },
  );

  it.each(['null', '3', '[]', '"fetch-job"'])('that is no object is refused for good: %s', (body) => {
    expect(refusal(body)).toMatch(/^body: /);
  });

  it('names a member that is wrong by its whole path', () => {
    expect(refusal(JSON.stringify(sampleJob({ feed: { ...sampleJob().feed, region: 'XX' } })))).toMatch(
      /^feed\.region: unknown region 'XX'/,
    );
  });

  it('is refused with a PermanentError and nothing else, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        for (const schema of [fetchJobSchema, itemPageSchema, plannerEventSchema]) {
          expect(caught(() => parseMessage(schema, body))).toBeInstanceOf(PermanentError);
        }
      }),
    );
  });
});

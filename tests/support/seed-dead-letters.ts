import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';

const refused = { reason: 'refused-by-tmdb', code: 'tmdb_22' };
const refusedDetail = 'HTTP 400: Invalid page: Pages start at 1 and max at 500.';
const tooOld = { reason: 'too-old', code: 'breaker_open' };
const tooOldDetail = 'the breaker is open (failures): HTTP 503, after 1 call';

/** Dead letters as docs/operations.md shows them: a job that TMDB refused, one that waited for too long, and a body that is no job. */
const letters = [
  deadJob('DE', 'de-DE', { ...refused, detail: refusedDetail }, 0),
  deadJob('FR', 'fr-FR', { ...tooOld, detail: tooOldDetail }, 11),
  {
    body: '{"kind":"fetch-job","version":1,"jobId":"5f1c0a2b/broken"',
    attributes: {
      reason: 'malformed',
      code: 'malformed_message',
      detail: 'the message body is not JSON',
      jobId: 'unknown',
      failedAt: '2026-11-24T14:20:31.004Z',
    },
  },
];

/** Puts them into the fetch queue's dead-letter queue of a running `local`. */
export async function seedDeadLetters(sqsEndpoint: string, fetchDlqUrl: string): Promise<void> {
  const client = sqsClient({ endpoint: sqsEndpoint, region: 'us-east-1' });
  for (const { body, attributes } of letters) {
    await client.send(
      new SendMessageCommand({
        QueueUrl: fetchDlqUrl,
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      }),
    );
  }
  client.destroy();
}

function deadJob(
  region: string,
  language: string,
  why: { reason: string; code: string; detail: string },
  attempt: number,
) {
  const runId = '5f1c0a2b';
  const feed = { category: 'popular', media: 'movie', region, language };
  const jobId = `${runId}/popular/movie/${region}/${language}/1`;
  const job = {
    kind: 'fetch-job',
    version: 1,
    jobId,
    runId,
    origin: 'ad-hoc',
    snapshot: `2026-11-24T08:00:00Z.${runId}`,
    feed,
    page: 1,
    pages: 1,
    attempt,
    firstSeenAt: '2026-11-24T08:00:01.512Z',
    why: 'asked for ad hoc',
  };
  const failedAt = '2026-11-24T14:02:11.902Z';
  return {
    body: JSON.stringify(job),
    attributes: { ...why, jobId, failedAt },
  };
}

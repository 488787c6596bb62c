import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';

/** Dead letters as docs/operations.md shows them: two jobs that waited for too long, and a body that is no job. */
const letters = [
  deadJob('5f1c0a2b', 'DE', 'de-DE'),
  deadJob('5f1c0a2b', 'FR', 'fr-FR'),
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

function deadJob(runId: string, region: string, language: string) {
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
    attempt: 11,
    firstSeenAt: '2026-11-24T08:00:01.512Z',
    why: 'asked for ad hoc',
  };
  const detail = 'the breaker is open (failures): HTTP 503, after 1 call';
  const failedAt = '2026-11-24T14:02:11.902Z';
  return {
    body: JSON.stringify(job),
    attributes: { reason: 'too-old', code: 'breaker_open', detail, jobId, failedAt },
  };
}

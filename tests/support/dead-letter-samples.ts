import { sampleJob, samplePage } from './sample-messages.ts';
import type { LaidMessage } from './virtual-message-source.ts';

/** A fetch job that the pipeline gave up, with its attributes; `n` makes it another one. */
export function deadJob(n: number, reason: string, over: Parameters<typeof sampleJob>[0] = {}): LaidMessage {
  const job = sampleJob({ jobId: `0badcafe/popular/movie/global/en-US/${n}`, attempt: 9, ...over });
  return {
    body: JSON.stringify(job),
    attributes: {
      reason,
      code: 'code-1',
      detail: 'why it died',
      jobId: job.jobId,
      failedAt: '2026-11-23T07:00:00.000Z',
    },
    sentAtMs: Date.UTC(2026, 10, 23, 7),
  };
}

/** A page that SQS moved by itself: no attributes. */
export function deadPage(n: number): LaidMessage {
  const page = samplePage({ jobId: `0badcafe/popular/movie/global/en-US/${n}` });
  return { body: JSON.stringify(page), sentAtMs: Date.UTC(2026, 10, 22, 8) };
}

/** Every message has an end that can be named. */
import { isListJobId } from '../../../src/shared/queues/fetch-job.ts';
import type { SentMessage } from '../../support/recording-queue.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { tryParse } from './delivery-invariant.ts';
import type { Evidence } from './end-invariant.ts';
import { essence } from './essence.ts';

export function checkConservation(world: SimWorld, evidence: Evidence): void {
  checkJobs(world, evidence);
  checkItems(world, evidence);
  checkUnreadable(world, evidence);
}

/** A job ends as an item, as a title or reference data that is not there, or as a dead letter; and what a run has planned was sent. */
function checkJobs({ queues, events, violations }: SimWorld, { starts, unreadable }: Evidence): void {
  const jobs = idsOf(bodiesOf(queues.jobs.queue.sent).filter((body) => !unreadable.jobs.includes(body)));
  const ended = new Set([
    ...idsOf(bodiesOf(queues.items.queue.sent)),
    ...idsOf(queues.jobs.dead.held()),
    ...events.map(({ event }) => (event.event === 'job-not-found' && !isListJobId(event.jobId) ? event.jobId : '')),
  ]);
  for (const jobId of [...jobs].filter((sent) => !ended.has(sent))) {
    violations.add('conservation', `the job ${jobId} is lost`);
  }
  for (const { identity, run } of starts) {
    const sent = [...jobs].filter((jobId) => jobId.startsWith(`${run.runId}/`)).length;
    if (sent < run.jobs) {
      violations.add('conservation', `${identity} planned ${run.jobs} jobs, ${sent} were sent`);
    }
  }
}

/** An item ends applied, or as a dead letter. */
function checkItems({ queues, violations }: SimWorld, { deliveries }: Evidence): void {
  const ended = new Set([...deliveries.done, ...queues.items.dead.held()].map(essence));
  for (const body of bodiesOf(queues.items.queue.sent).filter((sent) => !ended.has(essence(sent)))) {
    violations.add('conservation', `the item is lost: ${body.slice(0, 200)}`);
  }
}

/** What nobody can read is a dead letter. */
function checkUnreadable({ queues, violations }: SimWorld, { unreadable }: Evidence): void {
  for (const name of ['jobs', 'items'] as const) {
    const held = new Set(queues[name].dead.held().map(essence));
    for (const body of unreadable[name].filter((sent) => !held.has(essence(sent)))) {
      violations.add('conservation', `not dead-lettered: ${body}`);
    }
  }
}

function bodiesOf(sent: readonly SentMessage[]): string[] {
  return sent.map(({ body }) => body);
}

function idsOf(bodies: readonly string[]): Set<string> {
  return new Set(bodies.map((body) => String(tryParse(body).jobId)));
}

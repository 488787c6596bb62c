import { PermanentError } from '../shared/errors.ts';
import { messageBody } from '../shared/messages/message-body.ts';
import type { AdHocEvent, ScheduledRequest } from '../shared/messages/plan-request.ts';
import { msFromIso } from '../shared/ports/clock.ts';
import type { MessageSender } from '../shared/ports/message-sender.ts';
import type { Telemetry } from '../shared/ports/telemetry.ts';
import { type PlanDependencies, planRun } from './plan-run.ts';

/** Planning plus what sending needs. */
export type StartDependencies = PlanDependencies & { jobs: MessageSender; telemetry: Telemetry };

/** What the planner answers. `duplicate`: the run had been started before, and nothing was sent now. */
export type StartedRun = { runId: string; snapshot: string; jobs: number; duplicate: boolean };

/** Schedulers and this machine may disagree by so much. */
const clockSkewMs = 5 * 60_000;

/**
 * Plans a run and sends its jobs. When sending breaks off half-way this throws, and the next delivery sends them all again
 * under the same ids and the same snapshot: what is fetched twice changes no row.
 */
export async function startRun(request: ScheduledRequest | AdHocEvent, deps: StartDependencies): Promise<StartedRun> {
  assertNotAhead(request, deps.clock.nowMs());
  const { runId, snapshot, origin, jobs, notes } = await planRun(request, deps);
  await deps.jobs.sendAll(jobs.map(messageBody));
  for (const note of notes) {
    deps.telemetry.warn(note, { runId });
  }
  deps.telemetry.event({ event: 'run-planned', runId, origin, snapshot, jobs: jobs.length });
  return { runId, snapshot, jobs: jobs.length, duplicate: false };
}

/** A snapshot from the future would stand above every later one, and freeze its feeds. */
function assertNotAhead(request: ScheduledRequest | AdHocEvent, nowMs: number): void {
  const time = 'schedule' in request ? request.occurrence : request.time;
  if (msFromIso(time) > nowMs + clockSkewMs) {
    throw new PermanentError('occurrence_ahead', `the occurrence ${time} has not come yet`);
  }
}

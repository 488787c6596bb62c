import type { Admission, SharedBreaker } from '../breaker/shared-breaker.ts';
import { messageOf } from '../errors.ts';
import type { RateScheduleStore } from '../ports/rate-schedule.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Verdict } from './classify-answer.ts';

/** A verdict as far as it concerns everybody who calls. */
export type Outcome = { fate: 'ok' } | Exclude<Verdict, { fate: 'ok' }>;

/** Where it is told. */
export type ToldDependencies = { breaker: SharedBreaker; schedule: RateScheduleStore; telemetry: Telemetry };

/** What a call says to all who call TMDB. When it cannot be told, the call counts all the same. */
export async function tellOthers(outcome: Outcome, admission: Admission, deps: ToldDependencies): Promise<void> {
  try {
    await tellBreaker(outcome, admission, deps);
    if (outcome.fate === 'retry' && outcome.throttled) {
      await deps.schedule.slowDown(outcome.retryAfterMs);
    }
  } catch (error) {
    deps.telemetry.warn('the other workers could not be told how a call ended', { detail: messageOf(error) });
  }
}

/** 404s and refusals are answers too: TMDB is there. */
async function tellBreaker(outcome: Outcome, admission: Admission, deps: ToldDependencies): Promise<void> {
  if (outcome.fate === 'stop') {
    deps.telemetry.event({ event: 'token-rejected', status: outcome.status, detail: outcome.detail });
    await deps.breaker.rejectToken(outcome.detail);
    return;
  }
  const detail = outcome.fate === 'ok' ? 'TMDB answers' : outcome.detail;
  const ended = outcome.fate !== 'retry' ? 'succeeded' : outcome.throttled ? 'neutral' : 'failed';
  await deps.breaker.ended(admission, ended, detail);
}

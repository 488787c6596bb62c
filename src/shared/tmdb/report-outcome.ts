import type { Random } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { fullJitterDelayMs } from '../core/retries.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { UsedSlot } from '../throttle/call-gate.ts';
import type { RateScheduleStore } from '../throttle/rate-schedule-store.ts';
import type { Admission, SharedBreaker } from '../throttle/shared-breaker.ts';
import { evidenceOf, tryAgain, type Verdict } from './classify-answer.ts';
import { checkTokenOnce, type TokenCheckCall, type TokenCheckDependencies } from './token-check.ts';

type Failure = Exclude<Verdict, { fate: 'ok' }>;
type Stop = Extract<Verdict, { fate: 'stop' }>;
type Retry = Extract<Verdict, { fate: 'retry' }>;

/** A verdict without the content of the answer. */
export type Outcome = { fate: 'ok' } | Failure;

/** The shared breaker, and what is needed to check a refused token. */
export type ReportDependencies = TokenCheckDependencies & { breaker: SharedBreaker };

/** How a call was permitted. */
export type PermittedCall = { admission: Admission; slot: UsedSlot };

/**
 * Reports the outcome of a call to the shared breaker and the shared schedule, for all workers. Returns the resulting outcome: a refusal
 * of the token that was not confirmed becomes a retry of this job alone. If reporting fails, it warns and the outcome still applies.
 * @param check - admits the one call that confirms a refusal.
 */
export async function reportOutcome<O extends Outcome>(
  outcome: O,
  { admission, slot }: PermittedCall,
  deps: ReportDependencies,
  check: TokenCheckCall,
): Promise<O | Stop | Retry> {
  try {
    if (outcome.fate === 'stop') {
      await tellSchedule(outcome, slot, deps.schedule);
      return await reportRefusedToken(outcome, admission, deps, check);
    }
    await reportToBreaker(outcome, admission, deps.breaker);
    await tellSchedule(outcome, slot, deps.schedule);
    return outcome;
  } catch (error) {
    const detail = messageOf(error);
    deps.telemetry.warn('the outcome of a call was not reported to the other workers', { detail });
    return outcome.fate === 'stop' ? tryAgain(outcome.code, outcome.detail) : outcome;
  }
}

async function tellSchedule(outcome: Outcome, slot: UsedSlot, schedule: RateScheduleStore): Promise<void> {
  const answer = evidenceOf(outcome, slot);
  if (answer !== undefined) {
    await schedule.answered(answer);
  }
}

/** A 404 or a refused request counts as success: TMDB is reachable and answers. */
async function reportToBreaker(
  outcome: Exclude<Outcome, { fate: 'stop' }>,
  admission: Admission,
  breaker: SharedBreaker,
): Promise<void> {
  const detail = outcome.fate === 'ok' ? 'TMDB answers' : outcome.detail;
  const ended = outcome.fate !== 'retry' ? 'succeeded' : outcome.throttled ? 'neutral' : 'failed';
  await breaker.ended(admission, ended, detail);
}

/**
 * One answer alone does not stop all workers. A refusal is checked by one call of `/authentication`; a token that could not be read is
 * read once more. If the token turns out to be valid, the refusal says nothing about TMDB's health. If the check proves nothing, the
 * refusal counts as a failed call.
 */
async function reportRefusedToken(
  refusal: Stop,
  admission: Admission,
  deps: ReportDependencies,
  call: TokenCheckCall,
): Promise<Stop | Retry> {
  const { breaker, telemetry } = deps;
  const check = await breaker.confirmRejection(admission, refusal.detail, (admit) => checkTokenOnce(admit, call, deps));
  if (check.kind === 'rejected') {
    telemetry.event({ event: 'token-rejected', status: refusal.status, detail: check.detail });
    return { ...refusal, detail: check.detail };
  }
  const detail = `${refusal.detail}; ${check.detail}`;
  await breaker.ended(admission, check.kind === 'accepted' ? 'neutral' : 'failed', detail);
  return tryAgain(refusal.code, detail);
}

/** Ends a trial of the breaker in which no call was made; the breaker stays open. */
export async function endTrial(
  admission: Admission,
  detail: string,
  { breaker, telemetry }: Pick<ReportDependencies, 'breaker' | 'telemetry'>,
): Promise<void> {
  if (admission.kind === 'trial') {
    await breaker.ended(admission, 'failed', detail).catch((error) => {
      telemetry.warn('a trial of the breaker could not be ended', { detail: messageOf(error) });
    });
  }
}

/** How long to wait after call number `attempt` (from 1) before the next one of this invocation; `undefined` after the last one. */
export function retryDelayMs(
  verdict: Retry,
  attempt: number,
  { settings: { tmdb }, random }: { settings: Settings; random: Random },
): number | undefined {
  if (attempt >= tmdb.attempts) {
    return undefined;
  }
  return (
    verdict.retryAfterMs ??
    fullJitterDelayMs(attempt, random.next(), {
      baseMs: tmdb.backoffBaseMs,
      capMs: tmdb.backoffCapMs,
    })
  );
}

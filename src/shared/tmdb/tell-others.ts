import { messageOf } from '../core/errors.ts';
import type { Admission, SharedBreaker } from '../throttle/shared-breaker.ts';
import { tryAgain, type Verdict } from './classify-answer.ts';
import { checkTokenOnce, type TokenCheckCall, type TokenCheckDependencies } from './token-check.ts';

type Failure = Exclude<Verdict, { fate: 'ok' }>;
type Stop = Extract<Verdict, { fate: 'stop' }>;
type Retry = Extract<Verdict, { fate: 'retry' }>;

/** A verdict as far as it concerns everybody who calls. */
export type Outcome = { fate: 'ok' } | Failure;

/** Where it is told, and how a refused token is checked. */
export type ToldDependencies = TokenCheckDependencies & { breaker: SharedBreaker };

/**
 * What a call says to all who call TMDB. Returns the outcome as it then stands: a refusal of the token that was not
 * confirmed concerns its own job, and is to be retried. When it cannot be told, the call counts all the same.
 * @param check - lets the one call through that confirms a refusal.
 */
export async function tellOthers<O extends Outcome>(
  outcome: O,
  admission: Admission,
  deps: ToldDependencies,
  check: TokenCheckCall,
): Promise<O | Stop | Retry> {
  try {
    if (outcome.fate === 'stop') {
      return await tellOfToken(outcome, admission, deps, check);
    }
    await tellBreaker(outcome, admission, deps.breaker);
    if (outcome.fate === 'retry' && outcome.throttled) {
      await deps.schedule.slowDown(outcome.retryAfterMs);
    }
    return outcome;
  } catch (error) {
    const detail = messageOf(error);
    deps.telemetry.warn('the other workers could not be told how a call ended', { detail });
    return outcome.fate === 'stop' ? tryAgain(outcome.code, outcome.detail) : outcome;
  }
}

/** 404s and refusals are answers too: TMDB is there. */
async function tellBreaker(
  outcome: Exclude<Outcome, { fate: 'stop' }>,
  admission: Admission,
  breaker: SharedBreaker,
): Promise<void> {
  const detail = outcome.fate === 'ok' ? 'TMDB answers' : outcome.detail;
  const ended = outcome.fate !== 'retry' ? 'succeeded' : outcome.throttled ? 'neutral' : 'failed';
  await breaker.ended(admission, ended, detail);
}

/**
 * Nobody is stopped by one answer: a refusal is confirmed by one call of `/authentication` first, and a token that could not be had is
 * asked for once more. Where that says that the
 * token is fine, the refusal says nothing about TMDB's health; where it proves nothing, it is a call that failed.
 */
async function tellOfToken(
  refusal: Stop,
  admission: Admission,
  deps: ToldDependencies,
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

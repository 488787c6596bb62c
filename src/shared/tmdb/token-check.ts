import type { Clock } from '../core/clock.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Entry } from '../throttle/call-gate.ts';
import type { RateScheduleStore } from '../throttle/rate-schedule-store.ts';
import type { Admission, TokenCheck } from '../throttle/shared-breaker.ts';
import { answerMembers, classifyAnswer, evidenceOf } from './classify-answer.ts';
import { successTmdbCode } from './tmdb-codes.ts';
import type { TmdbAnswer, TmdbPort, TmdbRequest } from './tmdb-port.ts';

/** The request that checks the token and nothing else. */
export const authenticationRequest: TmdbRequest = { path: '/authentication', query: {} };

/** What the call that checks a token depends on. */
export type TokenCheckDependencies = {
  tmdb: TmdbPort;
  schedule: RateScheduleStore;
  telemetry: Telemetry;
  clock: Clock;
};

/**
 * How a caller makes that call. `enter` waits for a slot as for any other call, with `admit` in place of the breaker's own. `measured` is
 * called after the call, unless there was no token to call with.
 */
export type TokenCheckCall = {
  enter(admit: () => Promise<Admission>): Promise<Entry>;
  measured?(call: {
    status: number;
    /** `ok` only if the answer proves that TMDB accepts the token: a 200 may contain a failure. */
    outcome: 'ok' | 'throttled' | 'failed';
    startedAtMs: number;
    latencyMs: number;
  }): void;
};

/**
 * What an answer of `/authentication` proves. A server that does not have the endpoint, a page of a CDN, and no answer at all prove
 * nothing.
 */
export function judgeTokenCheck(answer: TmdbAnswer, nowMs: number): TokenCheck {
  const verdict = classifyAnswer(answer, nowMs);
  const said = verdict.fate === 'ok' ? 'without a status' : verdict.detail;
  if (answer.kind !== 'response') {
    return {
      kind: verdict.fate === 'stop' ? 'rejected' : 'unproven',
      detail: `/authentication got no answer: ${said}`,
    };
  }
  if (verdict.fate === 'stop') {
    return { kind: 'rejected', detail: `/authentication answered ${said}` };
  }
  const { success, status_code: code } = answerMembers(answer);
  const isGood = answer.status >= 200 && answer.status < 300;
  const isTaken = isGood && success !== false && (success === true || code === successTmdbCode);
  return isTaken
    ? { kind: 'accepted', detail: `/authentication accepts it (HTTP ${answer.status})` }
    : { kind: 'unproven', detail: `/authentication answered ${said}` };
}

/** Waits for a slot and makes the call. */
export async function checkTokenOnce(
  admit: () => Promise<Admission>,
  call: TokenCheckCall,
  { tmdb, schedule, telemetry, clock }: TokenCheckDependencies,
): Promise<TokenCheck> {
  const entry = await call.enter(admit);
  if (entry.kind === 'refused') {
    return { kind: 'unproven', detail: `/authentication was not called: ${entry.detail}` };
  }
  const [startedAtMs, startedMs] = [clock.nowMs(), clock.monotonicMs()];
  const answer = await tmdb.get(authenticationRequest).finally(entry.leave);
  const latencyMs = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
  const check = judgeTokenCheck(answer, clock.nowMs());
  const verdict = classifyAnswer(answer, clock.nowMs());
  const throttled = verdict.fate === 'retry' && verdict.throttled;
  const status = answer.kind === 'response' ? answer.status : 0;
  telemetry.event({
    event: 'token-checked',
    status,
    outcome: check.kind,
    detail: check.detail,
    startedAtMs,
    latencyMs,
  });
  if (answer.kind !== 'no-token') {
    const outcome = throttled ? 'throttled' : check.kind === 'accepted' ? 'ok' : 'failed';
    call.measured?.({ status, outcome, startedAtMs, latencyMs });
  }
  const evidence = evidenceOf(verdict, entry.slot);
  if (evidence !== undefined) {
    await schedule.answered(evidence);
  }
  return check;
}

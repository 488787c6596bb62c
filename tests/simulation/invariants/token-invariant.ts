/** Nobody is stopped by one answer: a refused token is confirmed by a call of `/authentication`. */
import type { BreakerRecord } from '../../../src/shared/throttle/breaker-record.ts';
import type { SeenCall } from '../world/sim-tmdb.ts';
import type { SimWorld } from '../world/sim-world.ts';

const path = '/authentication';
/** TMDB's codes that speak of the token. */
const tokenCodes = /"status_code":(3|7|10|14|31|35|45),/;

/** Checks a change of the breaker: an opening for the token was confirmed, or there was no token to call with. */
export function checkTokenOpening(next: BreakerRecord, before: BreakerRecord | undefined, world: SimWorld): void {
  const wasOpen = before?.state === 'open' && before.reason === 'token-rejected';
  if (next.state !== 'open' || next.reason !== 'token-rejected' || wasOpen) {
    return;
  }
  const { calls, state } = world.tmdb;
  const isConfirmed = calls.some((call) => call.request.path === path && refusesToken(call));
  if (!isConfirmed && state.tokenMissingUntilMs === 0) {
    world.violations.add('confirmation', `the breaker opened for the token without a second call: ${next.detail}`);
  }
}

/**
 * Checks a call as it begins: `/authentication` is asked once for a refusal, by the process that got it. That there was no token counts as
 * one: the check may find the token that the call before it lacked.
 */
export function checkConfirmingCall({ process, request }: SeenCall, { tmdb, violations }: SimWorld): void {
  if (request.path !== path) {
    return;
  }
  const own = tmdb.calls.filter((call) => call.process === process);
  const checks = own.filter((call) => call.request.path === path).length;
  const refusals = own.filter((call) => call.request.path !== path && refusesToken(call)).length;
  const misses = tmdb.tokenMisses.get(process) ?? 0;
  if (checks > refusals + misses) {
    const found = `${checks} times after ${refusals} refusals and ${misses} calls without a token`;
    violations.add('confirmation', `${process} asked ${path} ${found}`);
  }
}

function refusesToken({ answer }: SeenCall): boolean {
  return answer?.kind === 'response' && tokenCodes.test(answer.body);
}

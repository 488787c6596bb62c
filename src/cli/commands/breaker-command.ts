import { userInfo } from 'node:os';
import { describeRate, type RateStatus } from '../../operator/status/describe-rate.ts';
import { isoFromMs, latestDateMs } from '../../shared/core/clock.ts';
import { PermanentError, UsageError } from '../../shared/core/errors.ts';
import { openedMachine } from '../../shared/throttle/breaker-machine.ts';
import type { BreakerRecord, BreakerStore } from '../../shared/throttle/breaker-record.ts';
import { rateLimitsOf } from '../../shared/throttle/rate-schedule.ts';
import type { CliContext } from '../cli-context.ts';
import { rateText } from '../format-status.ts';
import { type Tables, withTables } from '../open-tables.ts';
import type { PlaceOptions } from '../stack-place.ts';

/** Options of `breaker`. */
export type BreakerOptions = PlaceOptions & { why?: string };

const actions = ['show', 'open', 'close', 'reset'] as const;
/** Open by hand means until somebody closes it: the last moment that a date can name. */
const neverMs = latestDateMs;
const whyCharacters = 200;

/**
 * `breaker <show|open|close|reset>`: what the shared breaker says, or a change of it by hand, with who and why. `reset` closes it and
 * resets the throttle: the pause, the lower rate, and an end that a wrong clock has put far ahead.
 */
export async function breakerCommand(options: BreakerOptions, context: CliContext, actionText: string): Promise<void> {
  const action = actions.find((known) => known === actionText);
  if (action === undefined) {
    throw new UsageError(`unknown action '${actionText.slice(0, 40)}': allowed are ${actions.join(', ')}`);
  }
  if (action !== 'show' && !options.why) {
    throw new UsageError(`breaker ${action} needs --why, a few words for whoever looks at it next`);
  }
  const act = async (tables: Tables) => {
    const { breaker } = tables;
    if (action === 'show') {
      const record = await breaker.read();
      context.output.result(documentOf(record), sentenceOf(record));
      return;
    }
    const record = await setByHand(action === 'open' ? 'open' : 'close', options.why ?? '', breaker, context);
    const throttles = action === 'reset' ? await resetThrottles(tables, context) : undefined;
    context.output.result(
      { ...documentOf(record), ...(throttles && { throttles }) },
      [sentenceOf(record), ...(throttles ?? []).map(throttleSentence)].join('\n'),
    );
  };
  await withTables(options, context, act, action === 'show' ? 'look' : 'change');
}

/** Resets everybody's throttle and the readers' own; says what stood there before. */
async function resetThrottles({ rate, readerRate }: Tables, { clock, settings }: CliContext) {
  const { requestsPerSecond } = settings.tmdb;
  const share = requestsPerSecond * settings.reader.live.rateShare;
  const throttles = [
    { of: 'all calls', schedule: rate, limits: rateLimitsOf(settings) },
    ...(share > 0 ? [{ of: 'calls of readers', schedule: readerRate, limits: rateLimitsOf(settings, share) }] : []),
  ];
  const reset: ({ of: string } & RateStatus)[] = [];
  for (const { of, schedule, limits } of throttles) {
    const before = await schedule.read();
    await schedule.forgetThrottles();
    reset.push({ of, ...describeRate(before, limits, clock.nowMs()) });
  }
  return reset;
}

function throttleSentence({ of, ...before }: { of: string } & RateStatus): string {
  return `the throttle of ${of} is reset to ${before.limitPerSecond} a second; it was at ${rateText(before)}`;
}

async function setByHand(
  action: 'open' | 'close',
  why: string,
  store: BreakerStore,
  { clock, settings }: CliContext,
): Promise<BreakerRecord> {
  const seen = await store.read();
  const detail = `${userInfo().username}: ${why.replace(/\p{Cc}/gu, ' ').slice(0, whyCharacters)}`;
  const record: BreakerRecord = {
    state: action === 'open' ? 'open' : 'closed',
    reason: 'by-hand',
    detail,
    since: isoFromMs(clock.nowMs()),
    retryAtMs: action === 'open' ? neverMs : 0,
    trialUntilMs: 0,
    machine: openedMachine(settings.breaker),
    revision: (seen?.revision ?? 0) + 1,
  };
  if (!(await store.replace(record, seen?.revision ?? 0))) {
    throw new PermanentError(
      'breaker_changed',
      'a worker changed the breaker at the same moment: look at it and try again',
    );
  }
  return record;
}

/**
 * Lets calls through again after a rejected token: who starts a stack has had the chance to set another one. A breaker that
 * is open for another reason stays as it is.
 */
export async function releaseRejectedToken(store: BreakerStore, context: CliContext): Promise<void> {
  const seen = await store.read();
  if (seen?.state === 'open' && seen.reason === 'token-rejected') {
    await setByHand('close', 'a stack was started anew after the token had been rejected', store, context);
    context.output.note(`the breaker was open since ${seen.since} (${seen.detail}): closed by this start`);
  }
}

function documentOf(record: BreakerRecord | undefined) {
  if (record === undefined) {
    return { state: 'closed' };
  }
  const { state, reason, detail, since, retryAtMs } = record;
  return { state, reason, detail, since, ...(state === 'open' && { retryAt: retryAt(retryAtMs) }) };
}

function sentenceOf(record: BreakerRecord | undefined): string {
  if (record === undefined) {
    return 'the breaker is closed, and was never open';
  }
  const until =
    record.state === 'open' ? `; next trial ${retryAt(record.retryAtMs) ?? 'when it is closed by hand'}` : '';
  return `the breaker is ${record.state} since ${record.since} (${record.reason}: ${record.detail})${until}`;
}

function retryAt(retryAtMs: number): string | null {
  return retryAtMs === neverMs ? null : isoFromMs(retryAtMs);
}

import { awsFailure, failureSentence } from '../shared/core/aws-failure.ts';
import { within } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { type Feed, feedId, type MediaType } from '../shared/core/feed.ts';
import type { Redact } from '../shared/core/redact-token.ts';
import type { DescribedTitle } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { callGate, type Entry, type GateDependencies } from '../shared/throttle/call-gate.ts';
import type { RateScheduleStore } from '../shared/throttle/rate-schedule-store.ts';
import type { Admission } from '../shared/throttle/shared-breaker.ts';
import { classifyAnswer, tryAgain } from '../shared/tmdb/classify-answer.ts';
import { feedRequest, type TmdbRequest, titleRequest } from '../shared/tmdb/feed-request.ts';
import type { Losses, NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import { type Content, readPage, readTitle } from '../shared/tmdb/read-content.ts';
import { type Outcome, type ToldDependencies, tellOthers } from '../shared/tmdb/tell-others.ts';
import type { Background } from './background.ts';
import type { Problem } from './reader-api.ts';

/**
 * The last tier: TMDB itself, within the readers' share of the global rate, under the shared breaker and within a deadline that a
 * reader can bear, also where the control table does not answer. One attempt: what fails is told, not retried.
 *
 *   breaker known to be open, or no slot lately → unavailable at once
 *   slot of the readers' own timeline → slot of everybody's timeline and the breaker (the gate) → call → judged, told to all
 */

/** What TMDB said. `absent`: there is no such thing. */
export type LiveAnswer<T> = { kind: 'ok'; value: T } | { kind: 'absent' } | ({ kind: 'unavailable' } & Problem);

/** Calls of readers to TMDB. They never reject. */
export type LiveCalls = {
  /** The first page of a feed, as of `snapshot`. */
  firstPage(feed: Feed, snapshot: string): Promise<LiveAnswer<NormalizedPage>>;
  title(mediaType: MediaType, id: number, language: string): Promise<LiveAnswer<DescribedTitle>>;
};

/** What a call needs. `share` is the readers' own timeline. */
export type LiveDependencies = ToldDependencies & {
  share: RateScheduleStore;
  settings: Settings;
  /** Keeps the process for what goes on behind an answer; default: nobody waits for that. */
  background?: Background | undefined;
};

/** However long a refusal is meant to last: somebody may close the breaker meanwhile. */
const holdCapMs = 5_000;

type Refusal = Extract<Entry, { kind: 'refused' }>;

/** Live calls of one process. */
export function liveCalls(deps: LiveDependencies): LiveCalls {
  const { clock } = deps;
  let hold: { untilMs: number; refusal: Refusal } | undefined;

  const enter = async (): Promise<Entry> => {
    if (hold !== undefined && clock.monotonicMs() < hold.untilMs) {
      return hold.refusal;
    }
    const entry = await passGatesInTime(deps);
    const holdMs = entry.kind === 'refused' ? Math.min(holdCapMs, entry.retryInMs) : 0;
    hold = entry.kind === 'refused' ? { untilMs: clock.monotonicMs() + holdMs, refusal: entry } : undefined;
    return entry;
  };

  const call = async <T>(
    subject: string,
    request: TmdbRequest,
    read: (json: unknown, losses: Losses) => Content<T>,
  ): Promise<LiveAnswer<T>> => {
    const losses: Losses = {};
    const startedMs = clock.monotonicMs();
    const answer = await attempt(request, (json) => read(json, losses), enter, deps);
    if (Object.keys(losses).length > 0) {
      deps.telemetry.event({ event: 'answer-cut', subject, losses });
    }
    deps.telemetry.event({
      event: 'live-fetched',
      subject,
      outcome: answer.kind,
      code: answer.kind === 'unavailable' ? answer.code : '',
      latencyMs: Math.round(clock.monotonicMs() - startedMs),
    });
    return answer;
  };

  return {
    firstPage: (feed, snapshot) =>
      call(feedId(feed), feedRequest({ feed, page: 1, snapshot }, deps.settings), (json, losses) =>
        readFirstPage(json, feed, losses),
      ),
    title: (mediaType, id, language) =>
      call(`${mediaType}/${id}/${language}`, titleRequest(mediaType, id, language), (json, losses) =>
        readTitle(json, mediaType, id, losses),
      ),
  };
}

/** The first page; a page of which no row can be read is not the list. */
function readFirstPage(json: unknown, feed: Feed, losses: Losses): Content<NormalizedPage> {
  const read = readPage(json, feed, 1, losses);
  const isUnreadable = read.fate === 'ok' && read.value.titles.length === 0 && read.value.rejected > 0;
  return isUnreadable ? tryAgain('unreadable_rows', 'no row of the list can be read') : read;
}

/** Slots may be waited for as the settings say, and the control table as long as the catalog. */
function passGatesInTime(deps: LiveDependencies): Promise<Entry> {
  const { live, tableTimeoutMs } = deps.settings.reader;
  const mostMs = 2 * live.waitMs + tableTimeoutMs;
  return within(mostMs, passGates(deps), refusal('the control table has not answered in time'), deps.clock);
}

/** A slot of the readers' share, then the gate that everybody passes. */
async function passGates(deps: LiveDependencies): Promise<Entry> {
  const { clock, share, settings } = deps;
  const { waitMs } = settings.reader.live;
  const gateDependencies: GateDependencies = { ...deps, slotToleranceMs: settings.rate.slotToleranceMs };
  try {
    const [slotMs] = await share.take(1, waitMs);
    if (slotMs === undefined) {
      const detail = 'the readers have used up their share of the rate';
      return { kind: 'refused', code: 'no_slot', detail, retryInMs: waitMs };
    }
    await clock.sleep(Math.max(0, slotMs - clock.nowMs()));
    return await callGate(1, gateDependencies).enter(() => waitMs);
  } catch (error) {
    const failure = awsFailure(error);
    const why = failure.code === 'unexpected' ? messageOf(error).slice(0, 200) : failureSentence(failure);
    return refusal(`the control table cannot be used: ${why}`);
  }
}

/** Without the control table nobody knows whether a call is allowed. */
function refusal(detail: string): Refusal {
  return { kind: 'refused', code: 'control_unavailable', detail, retryInMs: holdCapMs };
}

async function attempt<T>(
  request: TmdbRequest,
  read: (json: unknown) => Content<T>,
  enter: () => Promise<Entry>,
  deps: LiveDependencies,
): Promise<LiveAnswer<T>> {
  const entry = await enter();
  if (entry.kind === 'refused') {
    return { kind: 'unavailable', code: entry.code, detail: entry.detail };
  }
  const verdict = classifyAnswer(await deps.tmdb.get(request), deps.clock.nowMs());
  const outcome = verdict.fate === 'ok' ? asAsked(read(verdict.json)) : verdict;
  if (outcome.fate === 'stop' && outcome.status === 0) {
    // That this process has no token says nothing of TMDB, nor of the token that the workers have.
    await endTrial(entry.admission, outcome.detail, deps);
  } else {
    await tellInTime(outcome, entry.admission, deps);
  }
  switch (outcome.fate) {
    case 'ok':
      return { kind: 'ok', value: outcome.value };
    case 'not-found':
      return { kind: 'absent' };
    default:
      return { kind: 'unavailable', code: outcome.code, detail: outcome.detail };
  }
}

/** A trial that made no call leaves the breaker open. */
async function endTrial(admission: Admission, detail: string, { breaker, telemetry }: LiveDependencies): Promise<void> {
  if (admission.kind === 'trial') {
    await breaker.ended(admission, 'failed', detail).catch((error) => {
      telemetry.warn('a trial of the breaker could not be ended', { detail: messageOf(error) });
    });
  }
}

/** One code for whatever is not the answer: applications need not know the kinds. */
function asAsked<T>(content: Content<T>): Content<T> {
  return content.fate === 'ok' ? content : { ...content, code: 'unreadable_answer' };
}

/**
 * The reader has its answer: it waits for the control table no longer than for the catalog. What takes longer, such as the
 * check of a refused token, goes on behind the answer.
 */
function tellInTime(outcome: Outcome, admission: Admission, deps: LiveDependencies): Promise<void> {
  const told = tellOthers(outcome, admission, deps, {
    enter: (admit) => passGatesInTime({ ...deps, breaker: { ...deps.breaker, admit } }),
  }).then(() => undefined);
  deps.background?.run('telling how a call ended', () => told);
  return within(deps.settings.reader.tableTimeoutMs, told, undefined, deps.clock);
}

/** Live calls whose failures hold no token: what they say goes to applications, and over HTTP. */
export function redactedLiveCalls(calls: LiveCalls, redact: Redact): LiveCalls {
  const told = <T>(answer: LiveAnswer<T>): LiveAnswer<T> =>
    answer.kind === 'unavailable' ? { ...answer, detail: redact(answer.detail) } : answer;
  return {
    firstPage: async (...asked) => told(await calls.firstPage(...asked)),
    title: async (...asked) => told(await calls.title(...asked)),
  };
}

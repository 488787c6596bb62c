/**
 * The last tier: TMDB itself, within the readers' share of the global rate, under the shared breaker, and within a deadline that an
 * interactive read can afford, even when the control table does not answer. One attempt: a failure is reported, not retried.
 *
 *   breaker known to be open, or no slot recently → unavailable at once
 *   slot of the readers' share → slot of the global schedule and the breaker (the gate) → call → verdict, reported to the others
 */
import { awsFailure, failureSentence } from '../shared/core/aws-failure.ts';
import { within } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { type Feed, feedId } from '../shared/core/feed.ts';
import type { Redact } from '../shared/core/redact-token.ts';
import { externalIdText } from '../shared/queues/details/detail-kinds.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { callGate, type Entry } from '../shared/throttle/call-gate.ts';
import type { RateScheduleStore } from '../shared/throttle/rate-schedule-store.ts';
import { classifyAnswer, tryAgain, type Verdict } from '../shared/tmdb/classify-answer.ts';
import { feedRequest, findRequest, titleRequest } from '../shared/tmdb/feed-request.ts';
import type { Losses, NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import { type Content, readFoundTitles, readPage, readTitle } from '../shared/tmdb/read-content.ts';
import {
  endTrial,
  type Outcome,
  type PermittedCall,
  type ReportDependencies,
  reportOutcome,
} from '../shared/tmdb/report-outcome.ts';
import type { TmdbRequest } from '../shared/tmdb/tmdb-port.ts';
import type { Background } from './background.ts';
import type { UnknownIds } from './dynamo-unknown-ids.ts';
import type { LiveAnswer, LiveCalls } from './tiers.ts';

/** What a call needs. `share` is the schedule of the readers' own share of the rate. */
type LiveDependencies = ReportDependencies & {
  share: RateScheduleStore;
  unknownIds: UnknownIds;
  settings: Settings;
  /** Runs what goes on after an answer. */
  background: Background;
};

/** A refusal is repeated without asking again for at most this long, because the breaker may be closed in the meantime. */
const holdCapMs = 5_000;

type Refusal = Extract<Entry, { kind: 'refused' }>;

/** What was read of an answer. A good answer may say, too, that there is nothing. */
type Read<T> = Content<T> | Extract<Verdict, { fate: 'not-found' }>;

/** Live calls of one process. */
export function liveCalls(deps: LiveDependencies): LiveCalls {
  const { clock } = deps;
  const enter = refusalHold(deps);
  const call = async <T>(
    subject: string,
    request: TmdbRequest,
    read: (json: unknown, losses: Losses) => Read<T>,
  ): Promise<LiveAnswer<T>> => {
    const losses: Losses = {};
    const startedMs = clock.monotonicMs();
    const answer = await callOnce(request, (json) => read(json, losses), enter, deps);
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
    find: async (externalId, language) => {
      const text = externalIdText(externalId);
      if (await isKnownUnknown(text, deps)) {
        return { kind: 'absent' };
      }
      const answer = await call(`find/${text}`, findRequest(externalId, language), readFoundTitles);
      if (answer.kind === 'absent') {
        deps.background.run('noting an id that TMDB does not know', () => deps.unknownIds.add(text, clock.nowMs()));
      }
      return answer;
    },
  };
}

/** Whether it is remembered that TMDB does not know an id. While the control table does not tell, it is not: the gates need it too. */
function isKnownUnknown(text: string, { unknownIds, clock, settings }: LiveDependencies): Promise<boolean> {
  const known = unknownIds.has(text, clock.nowMs()).catch(() => false);
  return within(settings.reader.tableTimeoutMs, known, false, clock);
}

/** Passes the gates. After a refusal it answers the same without asking, for as long as the refusal says, at most `holdCapMs`. */
function refusalHold(deps: LiveDependencies): () => Promise<Entry> {
  const { clock } = deps;
  let hold: { untilMs: number; refusal: Refusal } | undefined;
  return async () => {
    if (hold !== undefined && clock.monotonicMs() < hold.untilMs) {
      return hold.refusal;
    }
    const entry = await passGatesInTime(deps);
    const holdMs = entry.kind === 'refused' ? Math.min(holdCapMs, entry.retryInMs) : 0;
    hold = entry.kind === 'refused' ? { untilMs: clock.monotonicMs() + holdMs, refusal: entry } : undefined;
    return entry;
  };
}

/** Reads the first page of a list. A page on which no row can be read counts as a failed call, not as an empty list. */
function readFirstPage(json: unknown, feed: Feed, losses: Losses): Content<NormalizedPage> {
  const read = readPage(json, feed, 1, losses);
  const isUnreadable = read.fate === 'ok' && read.value.titles.length === 0 && read.value.rejected > 0;
  return isUnreadable ? tryAgain('unreadable_rows', 'no row of the list can be read') : read;
}

/** Waits for the two slots as long as the settings say, and for the control table as long as for the catalog. */
function passGatesInTime(deps: LiveDependencies): Promise<Entry> {
  const { live, tableTimeoutMs } = deps.settings.reader;
  const mostMs = 2 * live.waitMs + tableTimeoutMs;
  return within(mostMs, passGates(deps), refusal('the control table did not answer in time'), deps.clock);
}

/** Takes a slot of the readers' share, then passes the gate that is shared with the workers. */
async function passGates(deps: LiveDependencies): Promise<Entry> {
  const { clock, share, settings } = deps;
  const { waitMs } = settings.reader.live;
  try {
    const [slot] = await share.take(1, waitMs);
    if (slot === undefined) {
      const detail = 'the readers have used up their share of the rate';
      return { kind: 'refused', code: 'no_slot', detail, retryInMs: waitMs };
    }
    await clock.sleep(Math.max(0, slot.atMs - clock.nowMs()));
    return await callGate({ ...deps, mostCalls: 1 }).enter(() => waitMs);
  } catch (error) {
    const failure = awsFailure(error);
    const why = failure.code === 'unexpected' ? messageOf(error).slice(0, 200) : failureSentence(failure);
    return refusal(`the control table cannot be used: ${why}`);
  }
}

/** Without the control table it is unknown whether a call is allowed, so none is made. */
function refusal(detail: string): Refusal {
  return { kind: 'refused', code: 'control_unavailable', detail, retryInMs: holdCapMs };
}

/** Passes the gates, makes one call, and reports its outcome to the breaker and the schedule. */
async function callOnce<T>(
  request: TmdbRequest,
  read: (json: unknown) => Read<T>,
  enter: () => Promise<Entry>,
  deps: LiveDependencies,
): Promise<LiveAnswer<T>> {
  const entry = await enter();
  if (entry.kind === 'refused') {
    return { kind: 'unavailable', code: entry.code, detail: entry.detail };
  }
  const verdict = classifyAnswer(await deps.tmdb.get(request).finally(entry.leave), deps.clock.nowMs());
  const outcome = verdict.fate === 'ok' ? asAsked(read(verdict.json)) : verdict;
  if (outcome.fate === 'stop' && outcome.status === 0) {
    // No call was made, because this process has no token: that says nothing about TMDB or about the workers' token.
    await endTrial(entry.admission, outcome.detail, deps);
  } else {
    await reportInTime(outcome, entry, deps);
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

/** One code for all kinds of unusable answers, which applications need not tell apart. */
function asAsked<T>(content: Read<T>): Read<T> {
  return content.fate === 'retry' ? { ...content, code: 'unreadable_answer' } : content;
}

/**
 * Reports how a call ended. The answer waits for that no longer than for the catalog; what takes longer, such as the check of a
 * refused token, continues in the background.
 */
function reportInTime(outcome: Outcome, call: PermittedCall, deps: LiveDependencies): Promise<void> {
  const reported = reportOutcome(outcome, call, deps, {
    enter: (admit) => passGatesInTime({ ...deps, breaker: { ...deps.breaker, admit } }),
  }).then(() => undefined);
  deps.background.run('reporting how a call ended', () => reported);
  return within(deps.settings.reader.tableTimeoutMs, reported, undefined, deps.clock);
}

/** Live calls without the token in their failures, which go to applications and over HTTP. */
export function redactedLiveCalls(calls: LiveCalls, redact: Redact): LiveCalls {
  const redacted = <T>(answer: LiveAnswer<T>): LiveAnswer<T> =>
    answer.kind === 'unavailable' ? { ...answer, detail: redact(answer.detail) } : answer;
  return {
    firstPage: async (...asked) => redacted(await calls.firstPage(...asked)),
    title: async (...asked) => redacted(await calls.title(...asked)),
    find: async (...asked) => redacted(await calls.find(...asked)),
  };
}

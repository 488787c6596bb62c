/**
 * TMDB's lists of changes, page by page. The planner calls TMDB itself, one call after the other, within the shared rate and under the shared
 * breaker like everybody: an event for a page would come back hours after the plan.
 */
import type { Clock, Random } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import type { MediaType } from '../shared/core/feed.ts';
import type { RetryBudget } from '../shared/core/retries.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { type CallGate, callGate, type Entry } from '../shared/throttle/call-gate.ts';
import type { Admission } from '../shared/throttle/shared-breaker.ts';
import { classifyAnswer, type Verdict } from '../shared/tmdb/classify-answer.ts';
import { changesRequest } from '../shared/tmdb/feed-request.ts';
import { type ChangesPage, readChangesPage } from '../shared/tmdb/read-content.ts';
import { endTrial, type ReportDependencies, reportOutcome, retryDelayMs } from '../shared/tmdb/report-outcome.ts';
import type { TmdbRequest } from '../shared/tmdb/tmdb-port.ts';

/** What a reading may take: so many calls, each begun before `remainingMs` is 0. */
export type ReadingLimits = { calls: number; remainingMs: () => number };

/** A list of changes for one day, whole, or why it is not. `calls`: how many were made. */
export type DayList = { calls: number } & (
  | { kind: 'whole'; ids: readonly number[]; pages: number }
  | { kind: 'broken'; code: string; detail: string }
);

/** The lists of changes. */
export type ChangeLists = {
  /** Which titles changed on the UTC day `day` (`YYYY-MM-DD`). Never rejects. */
  read(mediaType: MediaType, day: string, limits: ReadingLimits): Promise<DayList>;
};

/** What the calls need. */
export type ChangeListDependencies = ReportDependencies & {
  budget: RetryBudget;
  clock: Clock;
  random: Random;
  settings: Settings;
};

/** TMDB answers no later page of any list. */
const lastPage = 500;

/** Why a list could not be read to its end. */
type Broken = { code: string; detail: string };

/** TMDB's lists, with one call under way at a time. */
export function tmdbChangeLists(deps: ChangeListDependencies): ChangeLists {
  const gate = callGate({ ...deps, mostCalls: 1 });
  return {
    read: async (mediaType, day, limits) => {
      const reading: Reading = { made: 0, gate, limits };
      const ids = new Set<number>();
      let pages = 1;
      for (let page = 1; page <= pages; page += 1) {
        const read = await readPage(mediaType, day, page, reading, deps);
        if ('code' in read) {
          return { kind: 'broken', calls: reading.made, ...read };
        }
        pages = read.pages;
        for (const id of read.ids) {
          ids.add(id);
        }
      }
      return { kind: 'whole', ids: [...ids], pages, calls: reading.made };
    },
  };
}

/** One list that is being read. `made`: calls so far. */
type Reading = { made: number; gate: CallGate; limits: ReadingLimits };

/** Reads one page, with retries as for any call. */
async function readPage(
  mediaType: MediaType,
  day: string,
  page: number,
  reading: Reading,
  deps: ChangeListDependencies,
): Promise<ChangesPage | Broken> {
  const request = changesRequest(mediaType, day, page);
  deps.budget.earn();
  for (let attempt = 1; ; attempt += 1) {
    const entry = await passGate(reading);
    if (entry.kind === 'refused') {
      return { code: entry.code, detail: entry.detail };
    }
    const content = await callOnce(request, page, entry, reading, deps);
    if (content.fate === 'ok') {
      return bounded(content.value);
    }
    const afterMs = retryAfterMs(content, attempt, entry, reading, deps);
    if (afterMs === undefined) {
      return { code: content.code, detail: content.detail };
    }
    await deps.clock.sleep(afterMs);
  }
}

/** How long to wait before another attempt; `undefined`: there is none. */
function retryAfterMs(
  failure: Failure,
  attempt: number,
  { admission }: Go,
  { limits }: Reading,
  deps: ChangeListDependencies,
): number | undefined {
  const afterMs = failure.fate === 'retry' ? retryDelayMs(failure, attempt, deps) : undefined;
  // A trial of the breaker is one call; a retry would be a second one.
  const isPossible = admission.kind === 'closed' && afterMs !== undefined && limits.remainingMs() >= afterMs;
  return isPossible && deps.budget.trySpend() ? afterMs : undefined;
}

function bounded(page: ChangesPage): ChangesPage | Broken {
  const detail = `the list has ${page.pages} pages, and TMDB answers ${lastPage} at most`;
  return page.pages > lastPage ? { code: 'list_too_long', detail } : page;
}

/** Waits for a slot and for the breaker. `admit`: for the call that checks a refused token. */
async function passGate({ made, gate, limits }: Reading, admit?: () => Promise<Admission>): Promise<Entry> {
  if (made >= limits.calls) {
    return refusal('out_of_calls', `${made} calls were made, and no more are left of the day's`);
  }
  if (limits.remainingMs() < 0) {
    return outOfTime;
  }
  try {
    const entry = await gate.enter(limits.remainingMs, admit);
    if (entry.kind === 'go' && limits.remainingMs() < 0) {
      entry.leave();
      return outOfTime;
    }
    return entry;
  } catch (error) {
    return refusal('control_unavailable', `the control table cannot be used: ${messageOf(error).slice(0, 200)}`);
  }
}

type Go = Extract<Entry, { kind: 'go' }>;
type Refusal = Extract<Entry, { kind: 'refused' }>;

function refusal(code: Refusal['code'], detail: string): Refusal {
  return { kind: 'refused', code, detail, retryInMs: 0 };
}

const outOfTime = refusal('out_of_time', 'the time for reading lists of changes was over before the call');

type Failure = Exclude<Verdict, { fate: 'ok' }>;

/** Makes one call, and reports its outcome to the breaker and the schedule. */
async function callOnce(
  request: TmdbRequest,
  page: number,
  entry: Go,
  reading: Reading,
  deps: ChangeListDependencies,
): Promise<{ fate: 'ok'; value: ChangesPage } | Failure> {
  const answer = await deps.tmdb.get(request).finally(entry.leave);
  if (answer.kind === 'no-token') {
    // No call was made, and that says nothing about TMDB or about the workers' token.
    await endTrial(entry.admission, answer.detail, deps);
    return { fate: 'stop', code: 'token_unavailable', detail: answer.detail, status: 0 };
  }
  reading.made += 1;
  const verdict = classifyAnswer(answer, deps.clock.nowMs());
  const content = verdict.fate === 'ok' ? readChangesPage(verdict.json, page) : verdict;
  return reportOutcome(content, entry, deps, {
    enter: (admit) => passGate(reading, admit),
    measured: () => {
      reading.made += 1;
    },
  });
}

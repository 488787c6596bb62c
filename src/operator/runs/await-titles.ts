/** Waiting for titles that somebody asked for: worker and writer note how each of them ended. */
import type { Clock } from '../../shared/core/clock.ts';
import { type TitleJob, titleOfJobId } from '../../shared/queues/fetch-job.ts';
import {
  type TitleOutcome,
  titleEndName,
  titleEndsId,
  titleSubject,
  type UsageStore,
} from '../../shared/tables/usage-store.ts';
import { type AwaitOptions, deadJobs, endsNamed, type FeedSources, untilEnded } from './await-feeds.ts';

/** How waiting for one title ended; `title` as `movie:550`. */
type TitleEnd = { title: string; outcome: TitleOutcome | 'dead-lettered' | 'open'; detail: string };

/**
 * How waiting for titles ended. `applied`: titles whose rows are in the table; `why`: of all that is not as it should be, in sentences,
 * empty where nothing is.
 */
export type TitlesEnd = {
  titles: number;
  applied: number;
  notFound: string[];
  deadLettered: string[];
  ends: TitleEnd[];
  why: string;
};

/** What of a stack tells how titles have ended. */
export type TitleSources = Pick<FeedSources, 'readDeadLetters'> & { usage: Pick<UsageStore, 'read'> };

/**
 * Waits until every title of a run is in the table, unknown to TMDB or a dead letter, or until the time is up.
 * @returns how it ended; `timedOut` when titles were still open when the time was up.
 */
export async function awaitTitles(
  run: { runId: string; titles: readonly TitleJob[] },
  options: AwaitOptions<Pick<TitlesEnd, 'applied' | 'titles'>>,
  sources: TitleSources,
  clock: Clock,
): Promise<{ end: TitlesEnd; timedOut: boolean }> {
  const look = async (): Promise<Omit<TitlesEnd, 'why'>> => {
    const noted = (await sources.usage.read([titleEndsId(run.runId)])).get(titleEndsId(run.runId)) ?? {};
    const answered = run.titles.map(({ mediaType, id }) => titleEnd(titleSubject(mediaType, id), noted));
    const isOpen = answered.some(({ outcome }) => outcome === 'open');
    const dead = isOpen ? await deadJobs(run.runId, sources, options.deadLetters, titleOfJobId) : new Map();
    return titlesState(answered, dead);
  };
  const why = ({ ends }: Omit<TitlesEnd, 'why'>, _open: number, over: string) =>
    whyTitles(ends, over, options.deadLetters);
  return untilEnded<Omit<TitlesEnd, 'why'>>(look, why, options, clock);
}

/** A title that was found in one delivery of its job and not in another is in the table. */
function titleEnd(subject: string, noted: Readonly<Record<string, number>>): TitleEnd {
  const outcomes = ['applied', 'not-found'] as const;
  const outcome = outcomes.find((one) => titleEndName(one, subject) in noted) ?? 'open';
  return { title: subject.replace('/', ':'), outcome, detail: '' };
}

function titlesState(answered: readonly TitleEnd[], dead: ReadonlyMap<string, string>): Omit<TitlesEnd, 'why'> {
  const ends = answered.map((end): TitleEnd => {
    const jobId = dead.get(end.title.replace(':', '/'));
    return end.outcome === 'open' && jobId !== undefined ? { ...end, outcome: 'dead-lettered', detail: jobId } : end;
  });
  const titlesOf = (wanted: TitleEnd['outcome']) => ends.filter(({ outcome }) => outcome === wanted);
  return {
    titles: ends.length,
    applied: titlesOf('applied').length,
    notFound: titlesOf('not-found').map(({ title }) => title),
    deadLettered: titlesOf('dead-lettered').map(({ detail }) => detail),
    ends,
  };
}

function whyTitles(ends: readonly TitleEnd[], over: string, reasons: ReadonlyMap<string, string>): string {
  const said = (wanted: TitleEnd['outcome'], what: string) => {
    const found = ends.filter(({ outcome }) => outcome === wanted);
    const names = found.slice(0, endsNamed).map(({ title, detail }) => {
      const about = [detail, reasons.get(detail) ?? ''].filter((text) => text !== '').join(': ');
      return about === '' ? title : `${title} (${about})`;
    });
    return found.length === 0 ? '' : `${found.length} of ${ends.length} titles ${what}: ${names.join(', ')}`;
  };
  const dead = said('dead-lettered', 'have a dead letter');
  const open = said('open', 'had not arrived');
  return [dead, said('not-found', 'are unknown to TMDB'), open === '' ? '' : `${open}: ${over}`]
    .filter((part) => part !== '')
    .join('; ')
    .concat(dead === '' ? '' : '; see dlq list');
}

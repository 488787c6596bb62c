/** Plays the acts of a history on a world. */
import type { ListAnswer, RecommendAnswer, TitleAnswer } from '../../../src/reader/reader-api.ts';
import { isoFromMs } from '../../../src/shared/core/clock.ts';
import { referenceJobFor, titleJobIdFor } from '../../../src/shared/queues/fetch-job.ts';
import { referenceNames } from '../../../src/shared/queues/reference.ts';
import { latestOccurrenceMs } from '../../../src/shared/settings/schedule.ts';
import { sampleJob, samplePage, sampleTitleJob } from '../../support/sample-messages.ts';
import type { Act, InjectedMessage, ListAct, RecommendAct } from './history-plan.ts';
import { replay } from './sim-operator.ts';
import type { simPlanner } from './sim-planner.ts';
import type { SeenRead, simReaders } from './sim-reader.ts';
import { documentedLimit } from './sim-tmdb.ts';
import type { SimWorld } from './sim-world.ts';
import { films, imdbIdOf, series } from './tmdb-content.ts';

/** Who plays, and who is told of what is read. */
export type Cast = {
  planner: ReturnType<typeof simPlanner>;
  readers: ReturnType<typeof simReaders>;
  unreadable: Record<'jobs' | 'items', string[]>;
  onList(act: ListAct, read: SeenRead<ListAnswer>): void;
  onTitle(act: Extract<Act, { act: 'title' }>, read: SeenRead<TitleAnswer>): void;
  onRecommend(act: RecommendAct, read: SeenRead<RecommendAnswer>): void;
};

/** Plays one act; resolves when it is over. */
export async function playAct(act: Act, place: number, cast: Cast, world: SimWorld): Promise<void> {
  world.around.trace.note(`act ${JSON.stringify(act)}`);
  switch (act.act) {
    case 'schedule':
    case 'ad-hoc':
      return playRun(act, cast, world);
    case 'list':
      return cast.onList(
        act,
        await cast.readers.read(act.reader, (reader) => reader.list(act.feed, { limit: act.limit })),
      );
    case 'title':
      return cast.onTitle(
        act,
        await cast.readers.read(act.reader, (reader) => reader.title('movie', act.id, { language: act.language })),
      );
    case 'recommend':
      return recommend(act, cast);
    case 'inject':
      return inject(act, place, cast, world);
    case 'whole-title':
      return askForWhole(act, place, world);
    case 'replay':
      return replay(world, act.queue, act.diesAfterMs);
    case 'fill':
      return fill(act, world);
    case 'sweep':
      world.tables.catalog.removeExpired(world.clock.nowMs());
      return;
    default:
      return playTrouble(act, world);
  }
}

async function recommend(act: RecommendAct, { readers, onRecommend }: Cast): Promise<void> {
  const { media, limit, seen, liked } = act;
  onRecommend(act, await readers.read(act.reader, (reader) => reader.recommend({ media, limit, seen, liked })));
}

async function askForWhole(
  { mediaType, id }: Extract<Act, { act: 'whole-title' }>,
  place: number,
  { queues, clock }: SimWorld,
): Promise<void> {
  const runId = `717e${String(place).padStart(4, '0')}`;
  const jobId = `${runId}/title/${mediaType}/${id}/details`;
  const firstSeenAt = isoFromMs(clock.nowMs());
  // What TMDB does not know any more has become a part of the first film.
  const imdbId = films.includes(id) || series.includes(id) ? undefined : imdbIdOf(films[0]);
  const job = sampleTitleJob({ runId, jobId, mediaType, id, details: true, language: 'en-US', firstSeenAt, imdbId });
  const what = referenceNames[place % referenceNames.length] ?? 'configuration';
  const reference = referenceJobFor({ runId, origin: 'ad-hoc', firstSeenAt, snapshot: '' }, what, 'asked for');
  await queues.jobs.queue.sendAll([job, reference].map((one) => JSON.stringify(one)));
}

/** Ids that TMDB does not know: what is not there costs the writer nothing. */
const firstFillId = 100_000;
const fillEveryMs = 500;

async function fill({ waiting, forMs }: Extract<Act, { act: 'fill' }>, { queues, clock }: SimWorld): Promise<void> {
  const untilMs = clock.monotonicMs() + forMs;
  let sent = 0;
  while (clock.monotonicMs() < untilMs) {
    const missing = Math.max(0, waiting - queues.jobs.queue.held().length);
    const ids = Array.from({ length: missing }, (_, index) => firstFillId + sent + index);
    sent += missing;
    const firstSeenAt = isoFromMs(clock.nowMs());
    const jobs = ids.map((id) =>
      sampleTitleJob({ id, jobId: titleJobIdFor('0badcafe', 'movie', id, 'en-US'), language: 'en-US', firstSeenAt }),
    );
    await queues.jobs.queue.sendAll(jobs.map((job) => JSON.stringify(job)));
    await clock.sleep(fillEveryMs);
  }
}

function playTrouble(act: Extract<Act, { act: 'outage' | 'token' | 'limit' }>, { tmdb, clock }: SimWorld): void {
  switch (act.act) {
    case 'outage':
      tmdb.state.outage = { kind: act.kind, untilMs: clock.monotonicMs() + act.forMs };
      return;
    case 'token':
      tmdb.state[act.isMissing ? 'tokenMissingUntilMs' : 'tokenRejectedUntilMs'] = clock.monotonicMs() + act.forMs;
      return;
    case 'limit':
      tmdb.state.limitPerSecond = act.perSecond;
      void clock.sleep(act.forMs).then(() => {
        tmdb.state.limitPerSecond = documentedLimit;
      });
  }
}

/** Deliveries of one event, the second one a little later; a schedule may be late as a whole. */
async function playRun(
  act: Extract<Act, { act: 'schedule' | 'ad-hoc' }>,
  { planner }: Cast,
  world: SimWorld,
): Promise<void> {
  const { clock, settings } = world;
  const event =
    act.act === 'schedule'
      ? {
          kind: 'schedule',
          version: 1,
          schedule: act.schedule,
          occurrence: isoFromMs(latestOccurrenceMs(act.schedule, clock.nowMs(), settings.schedules)),
        }
      : {
          id: act.id,
          source: 'tmdb-pipeline',
          'detail-type': 'Fetch Requested',
          time: isoFromMs(clock.nowMs()),
          detail: {
            version: 1,
            category: act.feed.category,
            media: [act.feed.media],
            regions: [act.feed.region],
            languages: [act.feed.language],
            pages: act.pages,
            force: act.force,
          },
        };
  await clock.sleep(act.act === 'schedule' ? act.lateMs : 0);
  const later = Array.from({ length: act.deliveries }, async (_, delivery) => {
    await clock.sleep(delivery * 20_000);
    await planner.deliver(event);
  });
  await Promise.all(later);
}

/** Messages of other producers: of another version, older or newer than this code. */
async function inject(
  { queue, what }: Extract<Act, { act: 'inject' }>,
  place: number,
  { unreadable }: Cast,
  { queues, clock }: SimWorld,
): Promise<void> {
  const runId = `0bad${String(place).padStart(4, '0')}`;
  const nowIso = isoFromMs(clock.nowMs());
  const snapshot = `${nowIso.slice(0, 19)}Z.${runId}`;
  const common = { runId, snapshot, jobId: `${runId}/popular/movie/global/en-US/1`, pages: 1 };
  const message =
    queue === 'jobs' ? sampleJob({ ...common, firstSeenAt: nowIso }) : samplePage({ ...common, fetchedAt: nowIso });
  const bodies: Record<InjectedMessage, string> = {
    'not-json': `no JSON, number ${place}`,
    'unknown-version': JSON.stringify({ ...message, version: 2 }),
    old: JSON.stringify(message),
    // Fetched twice in one millisecond, with answers that differ.
    twins: JSON.stringify(message),
    newer: JSON.stringify({ ...message, replays: 0, priority: 'high', hints: { from: 'a later version' } }),
  };
  if (what === 'not-json' || what === 'unknown-version') {
    unreadable[queue].push(bodies[what]);
  }
  await queues[queue].queue.send(bodies[what]);
  if (what === 'twins' && message.kind === 'item-page') {
    const titles = message.titles.map((title) => ({ ...title, voteCount: title.voteCount + 9_000 }));
    await queues.items.queue.send(JSON.stringify({ ...message, titles }));
  }
}

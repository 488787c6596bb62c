/** What must hold of every recommendation. */
import type { RecommendAnswer, Recommended } from '../../../src/reader/reader-api.ts';
import type { Item } from '../../../src/shared/queues/item-page.ts';
import type { RecommendAct } from '../world/history-plan.ts';
import type { SeenRead } from '../world/sim-reader.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { liveStatesOf, type Shown, statesOf } from './list-states.ts';
import { checkEnd, checkTimes } from './read-invariant.ts';
import { softMsOf, type TableLog } from './table-invariant.ts';

/** A clock that is set while a reader reads. */
const setMs = 60_000;
/** With this limit all titles of a history are picked that may be. */
const wholeLimit = 20;
const worldLists = ['popular', 'trending', 'hidden_gems', 'award_winning'];

/** Checks the answer to `recommend(act)`. */
export function checkRecommendation(
  act: RecommendAct,
  read: SeenRead<RecommendAnswer>,
  log: TableLog,
  live: readonly Item[],
  world: SimWorld,
): void {
  const answer = checkEnd(read, world);
  if (answer === undefined) {
    return;
  }
  checkTimes(answer, Math.max(...worldLists.map(softMsOf)), read, 'a recommendation', world);
  const broken = [
    ...brokenPicks(act, answer),
    ...unheldPicks(answer, read, log, live),
    ...leftOut(act, answer, read, log, live),
  ];
  for (const why of broken) {
    world.violations.add('recommendation', `${read.process.name} at ${read.endedMs}, ${JSON.stringify(act)}: ${why}`);
  }
}

/** Ids of the world's lists that a recommendation of these media is made from, whatever was liked. */
export function worldFeeds(media: RecommendAct['media']): string[] {
  return mediaOf(media).flatMap((medium) => worldLists.map((category) => `${category}/${medium}/global/en-US`));
}

/** Titles of the feed `id` that a reader without a problem must have found, whenever within its memory it has read them. */
export function surelyIn(
  id: string,
  read: Omit<SeenRead<unknown>, 'process' | 'ended'>,
  log: TableLog,
  live: readonly Item[],
): Set<string> {
  const aliveMs = Math.max(read.startedWallMs, read.endedWallMs) + setMs;
  const states = [...statesOf(id, read, log, false), ...liveStatesOf(id, live)];
  const [first = new Set<string>(), ...others] = states.map((rows) => titlesAlive(rows, aliveMs));
  return new Set([...first].filter((title) => others.every((titles) => titles.has(title))));
}

function mediaOf(media: RecommendAct['media']): readonly string[] {
  return media === 'all' ? ['movie', 'tv'] : [media];
}

function titlesAlive(rows: readonly Shown[], atMs: number): Set<string> {
  return new Set(rows.filter(({ expiresAtMs }) => expiresAtMs > atMs).map(({ title }) => title));
}

function titleOf({ mediaType, id }: Pick<Recommended, 'mediaType' | 'id'>): string {
  return `${mediaType}/${id}`;
}

/** What can be said of an answer without the table. */
function brokenPicks(
  { limit, media, seen, liked }: RecommendAct,
  { picks, feeds, candidates }: RecommendAnswer,
): string[] {
  const picked = picks.map(titleOf);
  const excluded = new Set([...seen, ...liked].map(titleOf));
  const isAsked = (id: string) =>
    worldFeeds(media).includes(id) || /^(genre_\d+\/[a-z]+\/global\/en-US|custom_own\/movie\/global\/de-DE)$/.test(id);
  const strange = feeds.find((id) => !isAsked(id) || !mediaOf(media).includes(id.split('/')[1] ?? ''));
  const known = picked.find((title) => excluded.has(title));
  return [
    ...(new Set(picked).size < picked.length ? [`a title twice in ${picked}`] : []),
    ...(picked.length > Math.min(limit, candidates) ? [`${picked.length} picks of ${candidates}`] : []),
    ...(known === undefined ? [] : [`${known} was seen or liked`]),
    ...(strange === undefined ? [] : [`nobody asked for ${strange}`]),
  ];
}

/** Each pick stands in a list that the answer names, alive, and as stale as is said. */
function unheldPicks(
  { picks, feeds, problem }: RecommendAnswer,
  read: SeenRead<RecommendAnswer>,
  log: TableLog,
  live: readonly Item[],
): string[] {
  const alive = feeds
    .flatMap((id) => [...statesOf(id, read, log, problem !== undefined), ...liveStatesOf(id, live)])
    .flat()
    .filter(({ expiresAtMs }) => expiresAtMs > read.endedWallMs);
  const isHeld = (pick: Recommended) =>
    alive.some(
      ({ title, freshUntilMs }) =>
        title === titleOf(pick) && (freshUntilMs === undefined || pick.stale === read.endedWallMs >= freshUntilMs),
    );
  const unheld = picks.find((pick) => !isHeld(pick));
  return unheld === undefined ? [] : [`no list ever held ${titleOf(unheld)}, stale: ${unheld.stale}`];
}

/** Where there is room for all, none is left out. */
function leftOut(
  { media, limit, seen, liked }: RecommendAct,
  { picks, problem }: RecommendAnswer,
  read: SeenRead<RecommendAnswer>,
  log: TableLog,
  live: readonly Item[],
): string[] {
  if (problem !== undefined || limit < wholeLimit) {
    return [];
  }
  const there = new Set([...picks, ...seen, ...liked].map(titleOf));
  const missing = worldFeeds(media).flatMap((id) =>
    [...surelyIn(id, read, log, live)].filter((title) => !there.has(title)),
  );
  return missing.length === 0 ? [] : [`${missing} are left out`];
}

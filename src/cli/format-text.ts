import type { Filtered } from '../reader/filters/title-filter.ts';
import type { TitleDetails } from '../reader/reader-api.ts';
import { cleanLine } from '../shared/core/clean-text.ts';
import type { PartName } from '../shared/queues/details/title-parts.ts';
import type { Watch, WatchService } from '../shared/queues/details/watch.ts';
import type { ListEntry } from '../shared/tables/read-list.ts';
import { columnsOf, cutTo, padTo, wrapTo } from './display-columns.ts';
import { styled } from './styled-text.ts';

const gap = '  ';
/** Columns of texts are not made narrower than this. */
const narrowestColumns = 8;

/**
 * Columns of equal width, the first line as a heading; columns of numbers to the right. On a terminal no wider than that: texts are cut,
 * of a table of two columns the second is wrapped, and where columns do not fit beside each other each row becomes a block of lines.
 * @param width columns there are; default: those of the terminal, and no limit where there is none.
 */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  width: number = screenColumns(),
): string {
  const names = heading.map(cleanLine);
  const cells = rows.map((row) => names.map((_name, column) => cleanLine(row[column] ?? '')));
  const numeric = names.map((_name, column) => cells.every((row) => isFigure(row[column] ?? '')));
  const natural = names.map((name, column) =>
    Math.max(columnsOf(name), ...cells.map((row) => columnsOf(row[column] ?? ''))),
  );
  const widths = fitted(natural, numeric, width);
  if (widths === undefined) {
    return cells.map((row) => block(names, row, width)).join('\n\n');
  }
  const wraps = names.length === 2 && numeric[1] === false;
  const lines = (row: readonly string[]) => linesOf(row, widths, numeric, wraps);
  return [...lines(names).map((line) => styled('dim', line)), ...cells.flatMap(lines)].join('\n');
}

/** A title of an answer; with `watch` where services were asked for. */
type Watchable = { watch?: Watch };

/** A list for people: rank, title, what `read title` takes, year, votes. */
export function formatList(name: string, titles: readonly (ListEntry & Watchable)[]): string {
  const rows = titles.map((entry) => [
    String(entry.rank),
    entry.title,
    entry.mediaType,
    String(entry.id),
    entry.releaseDate?.slice(0, 4) ?? '',
    entry.voteAverage.toFixed(1),
    String(entry.voteCount),
    watchCell(entry),
  ]);
  const heading = ['rank', 'title', 'kind', 'id', 'year', 'average', 'votes', ...watchHeading(titles)];
  return `${title(name)}, fetched ${titles[0]?.fetchedAt}${titles[0]?.stale ? ' (stale)' : ''}\n${table(heading, rows)}`;
}

/** The heading of a column for where to watch titles, where one of them says so. */
export function watchHeading(titles: readonly Watchable[]): string[] {
  return titles.some(({ watch }) => watch !== undefined) ? ['where to watch'] : [];
}

/** Where to watch a title, in a line: `Netflix (subscription), Apple TV (rent, buy)`. */
export function watchCell({ watch }: Watchable): string {
  const ways = new Map<string, string[]>();
  for (const [how, services] of watch === undefined ? [] : offersIn(watch)) {
    for (const service of services) {
      ways.set(serviceName(service), [...(ways.get(serviceName(service)) ?? []), how]);
    }
  }
  return [...ways].map(([name, how]) => `${name} (${how.join(', ')})`).join(', ');
}

/** What filters did, and whose data says where to watch the titles. */
export function filterLines(filtered: Filtered | undefined, titles: readonly Watchable[]): string[] {
  const watched = titles.flatMap(({ watch }) => watch ?? []);
  const [oldest] = watched.map(({ fetchedAt }) => fetchedAt).sort();
  return [
    ...(filtered === undefined ? [] : [filteredText(filtered)]),
    ...(watched[0] === undefined ? [] : [`${watched[0].attribution}, the oldest of ${oldest}`]),
  ];
}

function filteredText({ lookedAt, matched, withoutDetails }: Filtered): string {
  const lacking = withoutDetails === 0 ? '' : `; ${withoutDetails} lack details that the filters need`;
  return `${matched} of ${lookedAt} titles pass the filters${lacking}`;
}

/** The details of a title for people: a section each for facts, people, where to watch, and how old all that is. */
export function formatDetails(details: TitleDetails): string[] {
  const { region, regionProblem, cast, crew, videos, recommendations } = details;
  const people = [
    ...(cast ?? []).map(({ name, character }) => [name, character ?? '']),
    ...(crew ?? []).map(({ name, job }) => [name, job]),
  ];
  const trailers = (videos ?? []).map(({ site, type, key, language }) => [
    type,
    `${site} ${key} (${language ?? 'any'})`,
  ]);
  const titles = (recommendations ?? []).map(({ mediaType, id }) => `${mediaType}:${id}`).join(', ');
  return [
    `${title('details')}\n${table(['what', 'value'], detailFacts(details))}`,
    ...(people.length === 0 ? [] : [`${title('people')}\n${table(['name', 'as'], people)}`]),
    `${title(`where to watch in ${region}`)}\n${regionProblem ?? watchText(details)}`,
    ...(trailers.length === 0 ? [] : [`${title('trailers')}\n${table(['kind', 'where'], trailers)}`]),
    ...(titles === '' ? [] : [`${title('recommended by TMDB')}\n${titles}`]),
    `${title('fetched')}\n${table(['part', 'when'], ages(details))}`,
  ];
}

function detailFacts(details: TitleDetails): string[][] {
  const { runtimeMinutes, status, tagline, genres, keywords, collection, certification, externalIds, series } = details;
  const names = (all: readonly { name: string }[] | null) => all?.map(({ name }) => name).join(', ');
  // Filters take genres and services by their ids.
  const named = genres?.map(({ id, name }) => `${name} (${id})`).join(', ');
  const ids = Object.entries(externalIds ?? {}).flatMap(([where, id]) => (id === null ? [] : [`${where} ${id}`]));
  const facts: [PartName, string, string | null | undefined][] = [
    ['base', 'runtime', runtimeMinutes === null ? null : `${runtimeMinutes} min`],
    ['base', 'status', status],
    ['base', 'tagline', tagline],
    ['base', 'genres', named],
    ['keywords', 'keywords', names(keywords)],
    ['base', 'collection', collection?.name],
    ['certifications', `certification in ${details.region}`, certification ?? (details.regionProblem && 'not kept')],
    ['base', 'series', series && `${counted(series.seasons, 'season')}, ${counted(series.episodes, 'episode')}`],
    ['base', 'last episode', episodeText(series?.last)],
    ['base', 'next episode', episodeText(series?.next)],
    ['externalIds', 'ids elsewhere', ids.join(', ')],
  ];
  return facts.map(([part, name, value]) => [name, value || (details.unknown.includes(part) ? 'unknown' : '–')]);
}

function counted(count: number | null, noun: string): string {
  return `${count ?? '?'} ${noun}${count === 1 ? '' : 's'}`;
}

type Episode = NonNullable<NonNullable<TitleDetails['series']>['last']>;

function episodeText(episode: Episode | null | undefined): string | null {
  return episode
    ? `${episode.season}×${episode.episode} ${episode.name ?? ''}${episode.airDate === null ? '' : `, ${episode.airDate}`}`
    : null;
}

function watchText({ watch }: TitleDetails): string {
  if (watch === null) {
    return 'unknown';
  }
  const { link, attribution } = watch;
  const rows = offersIn(watch).map(([how, services]) => [how, services.map(namedService).join(', ')]);
  const offered = rows.length === 0 ? 'nobody offers it' : table(['how', 'on'], rows);
  return [offered, ...(link === null ? [] : [cleanLine(link)]), attribution].join('\n');
}

/** Ways to watch a title that there are, each with its services. */
function offersIn({ link: _link, attribution: _attribution, fetchedAt: _fetchedAt, ...offers }: Watch) {
  return Object.entries(offers).filter(([, services]) => services.length > 0);
}

/** With the id by which a filter takes it. */
function namedService({ id, name }: WatchService): string {
  return name === null ? `service ${id}` : `${name} (${id})`;
}

function serviceName({ id, name }: WatchService): string {
  return name ?? `service ${id}`;
}

function ages({ fetchedAt, stale, unknown }: TitleDetails): string[][] {
  return Object.entries(fetchedAt).map(([part, at]) => {
    const isStale = (stale as readonly string[]).includes(part);
    const isUnknown = (unknown as readonly string[]).includes(part);
    return [part, `${at ?? ''}${isStale ? ' (stale)' : ''}${isUnknown ? ' unknown' : ''}`.trim()];
  });
}

/** Columns of the terminal that results are shown on; without one there is no limit. */
function screenColumns(): number {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** `98.2%`; nothing where there is none. */
export function shareText(share: number | null): string {
  return share === null ? '' : `${(share * 100).toFixed(1)}%`;
}

/** A heading in bold. */
export function title(text: string): string {
  return styled('bold', text);
}

/** Widths that fit: the widest text columns give first. `undefined` where they cannot give enough. */
function fitted(natural: readonly number[], numeric: readonly boolean[], width: number): number[] | undefined {
  const widths = [...natural];
  const least = natural.map((columns, column) => (numeric[column] ? columns : Math.min(columns, narrowestColumns)));
  const room = width - gap.length * (widths.length - 1);
  if (sumOf(least) > room) {
    return undefined;
  }
  for (let over = sumOf(widths) - room; over > 0; over -= 1) {
    const spare = widths.map((columns, column) => (columns > (least[column] ?? 0) ? columns : 0));
    const widest = spare.indexOf(Math.max(...spare));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function linesOf(
  row: readonly string[],
  widths: readonly number[],
  numeric: readonly boolean[],
  wraps: boolean,
): string[] {
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => padTo(cell, widths[column] ?? 0, numeric[column] ? 'left' : 'right'))
      .join(gap)
      .trimEnd();
  const cut = row.map((cell, column) => cutTo(cell, widths[column] ?? 0));
  if (!wraps) {
    return [line(cut)];
  }
  const [first = '', second = ''] = [cut[0], row[1]];
  return wrapTo(second, widths[1] ?? 1).map((part, index) => line([index === 0 ? first : '', part]));
}

/** A row as lines of `name: value`, without empty cells. */
function block(names: readonly string[], row: readonly string[], width: number): string {
  return row
    .map((cell, column) => ({ name: names[column] ?? '', cell }))
    .filter(({ cell }) => cell !== '')
    .map(({ name, cell }) => cutTo(name === '' ? cell : `${name}: ${cell}`, Math.max(1, width)))
    .join('\n');
}

function sumOf(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0);
}

function isFigure(cell: string): boolean {
  return /^[\d.,$%]*$/.test(cell);
}

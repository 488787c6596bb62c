import { unitFrom } from '../seeded-random.ts';
import type { CatalogueTitle, MediaType } from './catalogue.ts';

/** Share of the titles that change on a day: about 0.5 % of the films and 2 % of the series on TMDB. */
const shareADay: Readonly<Record<MediaType, number>> = { movie: 0.005, tv: 0.02 };

/** Whether somebody edits a title on a day (whole days since 1970-01-01). */
export function changesOn(title: CatalogueTitle, day: number): boolean {
  return unitFrom(title.seed, 'changed', day) < shareADay[title.mediaType];
}

/** The second of a day at which a title is edited that changes on it. */
export function changeSecond(title: CatalogueTitle, day: number): number {
  return Math.floor(unitFrom(title.seed, 'changed at', day) * 86_400);
}

/** How often a title has been edited from the day after it was built to `day`, both included. */
export function revisionOn(title: CatalogueTitle, day: number): number {
  let revision = 0;
  for (let past = title.builtOnDay + 1; past <= day; past += 1) {
    revision += changesOn(title, past) ? 1 : 0;
  }
  return revision;
}

const taglines = [
  'Nothing stays buried.',
  'Every promise has a price.',
  'Some doors open once.',
  'They came back for more.',
  'Trust is a long way down.',
  'The night remembers.',
  'One summer changes everything.',
  'Home is where it hurts.',
  'Keep your friends in sight.',
  'What the river took.',
  'The truth can wait.',
];
/** Recorded: 20 of 100 films have none. */
const withoutTagline = 0.2;

/** A title's tagline in a revision (from 0). Each edit writes another one: that is what a change is seen by. */
export function taglineOf(title: CatalogueTitle, revision: number): string {
  const first = Math.floor(unitFrom(title.seed, 'tagline') * taglines.length);
  const hasNone = revision === 0 && unitFrom(title.seed, 'no tagline') < withoutTagline;
  return hasNone ? '' : (taglines[(first + revision) % taglines.length] ?? '');
}

import type { CatalogueTitle } from '../catalogue/catalogue.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { genderOf, type Person, personAt, personCount } from '../catalogue/person.ts';
import { hash32, pickAt, unitFrom } from '../seeded-random.ts';
import type { Row } from './answer.ts';

const characters = [
  'Anna',
  'Walter',
  'Doctor Reyes',
  'The Stranger',
  'Old Tom',
  'Lena',
  'Inspector Hale',
  'Nurse',
  'Guard',
  'Himself',
];
/** Jobs with their department and how many do them at most. */
const jobs: readonly [job: string, department: string, most: number][] = [
  ['Director', 'Directing', 2],
  ['Screenplay', 'Writing', 2],
  ['Writer', 'Writing', 2],
  ['Producer', 'Production', 4],
  ['Editor', 'Editing', 2],
  ['Director of Photography', 'Camera', 1],
  ['Original Music Composer', 'Sound', 1],
  ['Gaffer', 'Lighting', 3],
];

type Credit = { person: Person; creditId: string; name: string; department: string };

/** The cast and crew of a movie, or of the newest season of a series; `seed` is the catalogue's, of whose persons they are. */
export function credits(title: CatalogueTitle, seed: number): Row {
  const cast = castOf(title, seed).slice(0, title.mediaType === 'movie' ? undefined : 8);
  return {
    cast: cast.map(({ person, creditId, name }, order) => ({
      ...personRow(person, 'Acting'),
      ...(title.mediaType === 'movie' ? { cast_id: order + 1 } : {}),
      character: name,
      credit_id: creditId,
      order,
    })),
    crew: crewOf(title, seed).map(({ person, creditId, name, department }) => ({
      ...personRow(person, department),
      credit_id: creditId,
      department,
      job: name,
    })),
  };
}

/** The cast and crew of all seasons of a series, sorted by episodes; the order on screen jumps, as at TMDB. */
export function aggregateCredits(title: CatalogueTitle, seed: number): Row {
  const all = (title.seasons?.count ?? 1) * (title.seasons?.episodesEach ?? 1);
  const episodes = (credit: Credit) =>
    Math.max(1, Math.ceil(all * unitFrom(hash32(title.seed, credit.creditId), 'episodes') ** 3));
  const byEpisodes = (credits: readonly Credit[]) =>
    credits.map((credit) => ({ ...credit, count: episodes(credit) })).sort((a, b) => b.count - a.count);
  return {
    cast: byEpisodes(castOf(title, seed)).map(({ person, creditId, name, count }, index) => ({
      ...personRow(person, 'Acting'),
      roles: [{ credit_id: creditId, character: name, episode_count: count }],
      total_episode_count: count,
      order: index * 3,
    })),
    crew: byEpisodes(crewOf(title, seed)).map(({ person, creditId, name, department, count }) => ({
      ...personRow(person, department),
      jobs: [{ credit_id: creditId, job: name, episode_count: count }],
      department,
      total_episode_count: count,
    })),
  };
}

/** Three to sixty persons, more in titles that are better known. */
function castOf(title: CatalogueTitle, seed: number): Credit[] {
  const count = 3 + Math.floor(unitFrom(title.seed, 'cast') * Math.min(57, 10 + title.popularity));
  const drawn = Array.from({ length: count }, (_, index) => ({
    person: personAt(seed, Math.floor(unitFrom(title.seed, 'cast', index) * personCount)),
    creditId: creditId(title, 'cast', index),
    // Recorded: some characters have no name.
    name:
      unitFrom(title.seed, 'nameless', index) < 0.05
        ? ''
        : pickAt(characters, unitFrom(title.seed, 'character', index)),
    department: 'Acting',
  }));
  return [...new Map(drawn.map((credit) => [credit.person.id, credit])).values()];
}

function crewOf(title: CatalogueTitle, seed: number): Credit[] {
  return jobs.flatMap(([name, department, most]) => {
    const count = Math.ceil(unitFrom(title.seed, 'crew', name) * most);
    return Array.from({ length: count }, (_, index) => ({
      person: personAt(seed, Math.floor(unitFrom(title.seed, 'crew', name, index) * personCount)),
      creditId: creditId(title, name, index),
      name,
      department,
    }));
  });
}

function personRow(person: Person, department: string): Row {
  return {
    adult: false,
    gender: genderOf(person),
    id: person.id,
    known_for_department: department,
    name: person.name,
    original_name: person.name,
    popularity: person.popularity,
    profile_path: imagePath(person.seed, 'profile'),
  };
}

function creditId(title: CatalogueTitle, what: string, index: number): string {
  return hash32(title.seed, 'credit', what, index).toString(16).padStart(24, '5');
}

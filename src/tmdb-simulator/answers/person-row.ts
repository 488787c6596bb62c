import type { Catalogue } from '../catalogue/build-catalogue.ts';
import { imagePath } from '../catalogue/image-path.ts';
import type { Person } from '../catalogue/person.ts';
import { pickAt, unitFrom } from '../seeded-random.ts';
import { type Row, type RowView, titleRow } from './list-rows.ts';

const departments = ['Acting', 'Acting', 'Acting', 'Directing', 'Writing'];
const knownForCount = 3;

/** The row of a person in a trending list, with up to three titles of the catalogue that the person is known for. */
export function personRow(person: Person, catalogue: Catalogue, view: RowView): Row {
  return {
    adult: false,
    id: person.id,
    name: person.name,
    original_name: person.name,
    media_type: 'person',
    popularity: person.popularity,
    gender: 1 + Math.floor(unitFrom(person.seed, 'gender') * 2),
    known_for_department: pickAt(departments, unitFrom(person.seed, 'department')),
    profile_path: imagePath(person.seed, 'profile'),
    known_for: knownFor(person, catalogue).map((title) => titleRow(title, { ...view, withMediaType: true })),
  };
}

function knownFor(person: Person, catalogue: Catalogue) {
  const drawn = Array.from({ length: knownForCount }, (_, index) =>
    pickAt(catalogue.titles.movie, unitFrom(person.seed, 'known for', index)),
  );
  return [...new Set(drawn)].filter(({ adult }) => !adult);
}

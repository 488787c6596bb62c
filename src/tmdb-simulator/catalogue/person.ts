import { hash32, pickAt, unitFrom } from '../seeded-random.ts';

/** A person in a trending list. */
export type Person = { mediaType: 'person'; id: number; seed: number; name: string; popularity: number };

/** How many persons a catalogue has: few, because only trending lists contain persons. */
export const personCount = 400;

const givenNames =
  `Adela Bruno Camille Darius Edith Farid Greta Hugo Imani Jonas Keiko Leopold Marisol Niko Odette Pavel
  Quentin Rosalind Satoshi Tamara Ulrich Valeria Wim Xenia Yusuf Zelda`.split(/\s+/);
const familyNames =
  `Abernathy Bergmann Castellano Duval Ekwueme Fontaine Grünwald Hashimoto Ibarra Jankowski Kapoor Lindqvist
  Moreau Nakamura Okafor Petrov Quintana Rossi Sandoval Takeda Urquhart Vasquez Whitlock Yoon Zimmer`.split(/\s+/);

/** The person at `index` (from 0) of a catalogue: the same seed gives the same person. */
export function personAt(catalogueSeed: number, index: number): Person {
  const seed = hash32(catalogueSeed, 'person', index);
  const given = pickAt(givenNames, unitFrom(seed, 'given'));
  return {
    mediaType: 'person',
    // Person ids collide with title ids on TMDB too: the media type is part of the key.
    id: 31 + index * 47,
    seed,
    name: `${given} ${pickAt(familyNames, unitFrom(seed, 'family'))}`,
    popularity: Math.round(1000 * (2 + 120 * unitFrom(seed, 'fame') ** 6)) / 1000,
  };
}

/** The gender in TMDB's code: 1 is female, 2 is male. */
export function genderOf(person: Person): number {
  return 1 + Math.floor(unitFrom(person.seed, 'gender') * 2);
}

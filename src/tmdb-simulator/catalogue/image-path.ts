import { hash32, seededRandom, unitFrom } from '../seeded-random.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const nameLength = 27;

/** Shares of rows without an image: 80 posters and 211 backdrops of 1,396 recorded rows are null. */
const missingShare: Readonly<Record<ImageKind, number>> = {
  poster: 0.057,
  backdrop: 0.15,
  profile: 0.1,
  logo: 0.3,
  still: 0.1,
};

/** The kind of an image; each kind of a seed has its own path. */
type ImageKind = 'poster' | 'backdrop' | 'profile' | 'logo' | 'still';

/** The path of an image in TMDB's form (`/`, 27 letters and digits, `.jpg`), or null where there is none. */
export function imagePath(seed: number, kind: ImageKind): string | null {
  if (unitFrom(seed, 'missing', kind) < missingShare[kind]) {
    return null;
  }
  const random = seededRandom(hash32(seed, 'image', kind));
  let name = '';
  while (name.length < nameLength) {
    name += alphabet[Math.floor(random.next() * alphabet.length)];
  }
  return `/${name}.jpg`;
}

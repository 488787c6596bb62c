import { unitFrom } from '../seeded-random.ts';
import { isOfferedAs, isOfferedBy } from './availability.ts';
import type { CatalogueTitle } from './catalogue.ts';
import { imagePath } from './image-path.ts';

/** A service to watch titles on: TMDB's provider id, name, and where it is in lists, smallest first. */
export type Service = { id: number; name: string; logoPath: string | null; priority: number };

/** TMDB's ways to watch. */
export const monetizations = ['flatrate', 'rent', 'buy', 'free', 'ads'] as const;

type Monetization = (typeof monetizations)[number];

/** Invented services under ids as TMDB's; each is in a share of the regions only. */
const names: readonly [id: number, name: string, regionShare: number][] = [
  [8, 'Streamhouse', 1],
  [9, 'Riverline', 0.9],
  [337, 'Castle Plus', 0.9],
  [350, 'Orchard TV', 0.9],
  [2, 'Orchard Store', 0.9],
  [3, 'Playhouse Movies', 0.9],
  [10, 'Riverline Store', 0.8],
  [11, 'Arthouse', 0.6],
  // Recorded: names with a stray blank at the end.
  [29, 'Skyway Go ', 0.3],
  [30, 'Nordwind', 0.3],
  [73, 'Tubular', 0.3],
  [119, 'Riverline Video', 0.7],
  [188, 'Vidbox Premium', 0.7],
  [283, 'Crunchbowl', 0.6],
  [531, 'Summit Plus', 0.7],
  [613, 'Freely', 0.3],
];

const services: readonly Service[] = names.map(([id, name], index) => ({
  id,
  name,
  logoPath: imagePath(id, 'poster') ?? imagePath(id + 1, 'poster'),
  priority: index,
}));

/** Regions with services (ISO 3166-1): not all those in which a title comes out. */
export const serviceRegions: readonly string[] =
  'AR AT AU BE BR CA CH DE DK ES FI FR GB IE IN IT JP KR MX NL NO NZ PL PT SE US ZA'.split(' ');

/** The services of a region (ISO 3166-1), the most important first. */
export function servicesIn(region: string): readonly Service[] {
  return services.filter(({ id }, index) => unitFrom(id, 'region', region) < (names[index]?.[2] ?? 0));
}

/** The services that offer a title in a region in one way; none where it is not offered so. */
export function offersOf(title: CatalogueTitle, region: string, monetization: Monetization): readonly Service[] {
  if (!isOfferedAs(title, region, monetization)) {
    return [];
  }
  const known = servicesIn(region);
  const offering = known.filter(({ id }) => isOfferedBy(title, region, String(id)));
  // What is offered is offered by somebody.
  return offering.length > 0 ? offering : known.slice(0, 1);
}

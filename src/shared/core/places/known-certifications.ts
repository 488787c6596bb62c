/**
 * Certifications by country (ISO 3166-1), mildest first. Films and series have systems of their own. Source: the examples of
 * `/certification/movie/list` and `/certification/tv/list` in TMDB's OpenAPI document, November 2026, without `NR` (not rated), which is no
 * certification, and without Quebec, which is no country.
 *
 * A certification means the age that it names (`PG-13`), or the one after `=`, which its description there gives (`R`: under 17 with an adult
 * only). One without either has a place in its own system alone. `|` parts two of the same rank. Puerto Rico and the Virgin Islands use the
 * systems of the US and have no descriptions; `TV-PG` is for the age that the US give for `PG`.
 */
/** As TMDB calls them. */
type MediaType = 'movie' | 'tv';

const usFilms = 'G=0, PG=10, PG-13, R=17, NC-17=18';
const usSeries = 'TV-Y=0, TV-Y7, TV-G=0, TV-PG=10, TV-14, TV-MA=17';
const mexico = 'AA=0, A=0, B=12, B-15, C=18, D=18';
const norway = 'A=0, 6, 9, 12, 15, 18';
const dutch = 'AL=0, 6, 9, 12, 14, 16, 18';
const brazil = 'L=0, 10, 12, 14, 16, 18';
const slovakia = 'U=0, 7, 12, 15, 18';
const singapore = 'G=0, PG, PG13, NC16, M18, R21';
const russia = '0+, 6+, 12+, 16+, 18+';
const taiwan = '0+, 6+, 12+, 15+, 18+';
const germany = '0, 6, 12, 16, 18';

const films: Readonly<Record<string, string>> = {
  AR: 'ATP=0, +13, +16, +18, C=18',
  AU: 'E, G=0, PG, M, MA 15+, R 18+, X 18+, RC',
  BG: 'A=0, B=0, C=12, D=16, X=18',
  BR: brazil,
  CA: 'E, G=0, PG, 14A, 18A, R=18, A=18',
  CH: '0, 6, 8, 10, 12, 14, 16, 18',
  DE: germany,
  DK: 'A=0, 7, 11, 15, F',
  ES: 'A=0, Ai=0, 7, 7i, 12, 16, 18, X=18',
  FI: 'S=0, K-7, K-12, K-16, K-18, KK',
  FR: 'TP=0, 12, 16, 18',
  GB: 'U=0, PG=8, 12A, 12, 15, 18, R18',
  GR: 'K=0, K12, K15, K18',
  HK: 'I, IIA, IIB, III',
  HU: 'KN=0, 6, 12, 16, 18, X=18',
  ID: 'SU=0, 13+, 17+, 21+',
  IE: 'G=0, PG=8, 12A|12, 15A|15, 16, 18',
  IL: 'All=0, 12, 14, 16, 18',
  IN: 'U=0, U/A 7+, UA=12, U/A 13+, U/A 16+, A=18, S',
  IT: 'T=0, 6+, 14+, 18+',
  JP: 'G=0, PG12, R15+, R18+',
  KR: 'All=0, 12, 15, 18, Restricted Screening=19',
  LT: 'V=0, N-7, N-13, N-16, N-18',
  LU: 'EA, 6, 12, 16, 18',
  LV: 'U, 7+, 12+, 16+, 18+',
  MO: 'A, B, C, D',
  MX: mexico,
  MY: 'U=0, P13, 18SG, 18SX, 18PA, 18PL',
  NL: dutch,
  NO: norway,
  NZ: 'G=0, PG, M=16, R13, RP13, R15, R16, RP16, R18, RP18, R',
  PH: 'G=0, PG=13, R-13, R-16, R-18, X',
  PR: usFilms,
  PT: 'Públicos=0, M/3, M/6, M/12, M/14, M/16, M/18, P=18',
  RU: russia,
  SE: 'Btl=0, 7, 11, 15',
  SG: singapore,
  SK: slovakia,
  TH: 'P, G=0, 13, 15, 18, 20, Banned',
  TR: 'Genel İzleyici Kitlesi=0, 6A, 6+, 10A, 10+, 13A, 13+, 16+, 18+',
  TW: taiwan,
  US: usFilms,
  VI: usFilms,
  ZA: 'A=0, PG, 7-9PG, 10-12PG, 13, 16, 18, X18, XX',
};

const series: Readonly<Record<string, string>> = {
  AR: 'ATP=0, SAM 13, SAM 16, SAM 18',
  AU: 'P=2, C=5, G=0, PG, M, MA 15+, AV 15+, R 18+',
  BG: 'Unrated=0, 12, 14, 16, 18',
  BR: brazil,
  CA: 'Exempt, C=2, C8, G=0, PG, 14+, 18+',
  DE: germany,
  DK: 'A=0, 7, 11, 15',
  ES: 'ERI=0, TP=0, 7, 10, 12, 13, 16, 18',
  FI: 'S=0, K7, K12, K16, K18',
  FR: '10, 12, 16, 18',
  GB: 'U=0, PG=8, 12A, 12, 15, 18, R18',
  GR: 'K=0, 8, 12, 16, 18',
  HU: 'Unrated=0, Children=0, 6, 12, 16, 18',
  ID: 'SU=2, P=2, A=7, R=13, D=18',
  IL: 'E|G=0, 12+, 15+, 18+',
  IN: 'U=0, U/A 7+, U/A 13+, U/A 16+, A=18',
  IT: 'T=0, BA, VM12, VM14, VM18',
  KR: 'Exempt, ALL=0, 7, 12, 15, 19',
  LT: 'N-7, N-14, S=18',
  MA: '10, 12, 16',
  MX: mexico,
  MY: 'U=0, P13, 18',
  NL: dutch,
  NO: norway,
  NZ: 'G=0, PG, M=16, 16, 18',
  PH: 'G=0, PG, SPG, X',
  PL: '0, 7, 12, 16, 18',
  PR: usSeries,
  PT: 'T=0, 10AP, 12AP, 16, 18',
  RU: russia,
  SE: 'Btl=0, Från 7 år, Från 11 år, Från 15 år',
  SG: singapore,
  SK: slovakia,
  TH: 'ส, ท=0, น 13+, น 15+, น 18+, ฉ 20-, -',
  TR: 'Genel İzleyici=0, 7+, 13+, 18+',
  TW: taiwan,
  US: usSeries,
  VI: usSeries,
  ZA: 'All=0, PG=6, 13, 16, 18, X18',
};

/** A certification in its system. `ageYears`: `undefined` where neither its name nor its description tells one. */
type Known = { text: string; rank: number; ageYears: number | undefined };
type System = ReadonlyMap<string, Known>;

/** What was read of the lists above, by media type and country. */
const systems = new Map<string, System>();

function systemOf(mediaType: MediaType, country: string): System {
  return mediaType === 'movie' ? read(films, 'movie', country) : read(series, 'tv', country);
}

function read(lists: typeof films, mediaType: MediaType, country: string): System {
  const key = `${mediaType} ${country}`;
  const known = systems.get(key);
  const system = known ?? systemIn(Object.hasOwn(lists, country) ? (lists[country] ?? '') : '');
  // A country without a system is not remembered: there is no end of such texts.
  if (known === undefined && system.size > 0) {
    systems.set(key, system);
  }
  return system;
}

function systemIn(list: string): System {
  const ranks = list === '' ? [] : list.split(', ').map((entry) => entry.split('|'));
  const known = ranks.flatMap((entries, rank) =>
    entries.map((entry): Known => {
      const [text = '', age] = entry.split('=');
      return { text, rank, ageYears: age === undefined ? ageIn(text) : Number(age) };
    }),
  );
  return new Map(known.map((one) => [plain(one.text), one]));
}

/** The certifications of a country, mildest first, those of films before those that series have alone; none where TMDB lists none. */
export function certificationsOf(country: string): readonly string[] {
  const [ofFilms, ofSeries] = [systemOf('movie', country), systemOf('tv', country)];
  const others = [...ofSeries].flatMap(([key, one]) => (ofFilms.has(key) ? [] : [one]));
  return [...ofFilms.values(), ...others].map(({ text }) => text);
}

/** The certification of a country that is meant: blanks and capitals make no difference. `undefined`: none is. */
export function certificationNamed(country: string, text: string): string | undefined {
  return certificationsOf(country).find((one) => plain(one) === plain(text));
}

/**
 * Whether a title's certification is not stricter than `most`, both of `country`. Where a system has both, its order decides: first the one of
 * the title's own media. Otherwise the ages decide that the two mean: of a certification without an age, the title's counts as the next
 * stricter one that has an age, and `most` as the next milder one. `false` where that cannot be told either, and for what is no certification.
 */
export function isAtMost(mediaType: MediaType, country: string, certification: string, most: string): boolean {
  const [own, limit] = [plain(certification), plain(most)];
  const all = mediaType === 'movie' ? (['movie', 'tv'] as const) : (['tv', 'movie'] as const);
  const inOrder = all.map((one) => systemOf(one, country));
  const shared = inOrder.find((system) => system.has(own) && system.has(limit));
  if (shared !== undefined) {
    return (shared.get(own)?.rank ?? 0) <= (shared.get(limit)?.rank ?? 0);
  }
  const ageYears = first(inOrder, (system) => agesFrom(system, own)[0]) ?? ageIn(own);
  const mostYears = first(inOrder, (system) => agesFrom(system, limit)[1]) ?? ageIn(limit);
  return ageYears !== undefined && mostYears !== undefined && ageYears <= mostYears;
}

/** The age that a certification means at most, and the one that it means at least. */
function agesFrom(system: System, certification: string): [atMost: number | undefined, atLeast: number | undefined] {
  const known = system.get(certification);
  if (known === undefined || known.ageYears !== undefined) {
    return [known?.ageYears, known?.ageYears];
  }
  const all = [...system.values()];
  const stricter = all.find(({ rank, ageYears }) => rank > known.rank && ageYears !== undefined);
  const milder = all.findLast(({ rank, ageYears }) => rank < known.rank && ageYears !== undefined);
  return [stricter?.ageYears, milder?.ageYears];
}

function first<T, V>(all: readonly T[], read: (one: T) => V | undefined): V | undefined {
  for (const one of all) {
    const value = read(one);
    if (value !== undefined) {
      return value;
    }
  }
  return undefined;
}

/**
 * How strict a certification of a series is in a country: `rank` in the country's own order, -1 where it is not known, and the age that it
 * names, 0 where it names none. The greater is the stricter; blanks and capitals make no difference (`R18+`, `R 18+`).
 */
export function strictness(country: string, certification: string): { rank: number; ageYears: number } {
  // Not by `systemOf`: bundles that have no use for the lists of films leave them out.
  return {
    rank: read(series, 'tv', country).get(plain(certification))?.rank ?? -1,
    ageYears: ageIn(certification) ?? 0,
  };
}

function ageIn(certification: string): number | undefined {
  const [digits] = /\d+/.exec(certification) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Without blanks, capitals and marks: the small letter of `İ` is an `i` with a dot. */
function plain(certification: string): string {
  const lower = certification.toLowerCase();
  return /^[!-~]*$/.test(lower) ? lower : lower.normalize('NFD').replaceAll(/[\s\p{M}]/gu, '');
}

/**
 * How strict the certifications of series are, by country, mildest first. Source: the example of `/certification/tv/list` in TMDB's OpenAPI
 * document, November 2026; countries whose values are ages alone are left out, because the age says it.
 */
const mildestFirst: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AR: 'ATP, SAM 13, SAM 16, SAM 18',
    AU: 'P, C, G, PG, M, MA 15+, AV 15+, R 18+',
    CA: 'Exempt, C, C8, G, PG, 14+, 18+',
    DK: 'A, 7, 11, 15',
    ES: 'NR, ERI, TP, 7, 10, 12, 13, 16, 18',
    FI: 'S, K7, K12, K16, K18',
    GB: 'U, PG, 12A, 12, 15, 18, R18',
    HU: 'NR, Unrated, Children, 6, 12, 16, 18',
    ID: 'SU, P, A, R, D',
    IN: 'U, U/A 7+, U/A 13+, U/A 16+, A',
    IT: 'T, BA, VM12, VM14, VM18',
    KR: 'Exempt, ALL, 7, 12, 15, 19',
    LT: 'NR, N-7, N-14, S',
    MX: 'AA, A, B, B-15, C, D',
    NZ: 'G, PG, M, 16, 18',
    PH: 'NR, G, PG, SPG, X',
    PR: 'NR, TV-Y, TV-Y7, TV-G, TV-PG, TV-14, TV-MA',
    SG: 'G, PG, PG13, NC16, M18, R21',
    TH: 'ส, ท, น 13+, น 15+, น 18+, ฉ 20-, -',
    US: 'NR, TV-Y, TV-Y7, TV-G, TV-PG, TV-14, TV-MA',
    VI: 'NR, TV-Y, TV-Y7, TV-G, TV-PG, TV-14, TV-MA',
    ZA: 'All, PG, 13, 16, 18, X18',
  }),
);

/**
 * How strict a certification of a series is in a country (ISO 3166-1): `rank` in the country's own order, -1 where it is not known, and the
 * age that it names, 0 where it names none. The greater is the stricter; blanks and capitals make no difference (`R18+`, `R 18+`).
 */
export function strictness(country: string, certification: string): { rank: number; ageYears: number } {
  const order = (mildestFirst.get(country) ?? '').split(', ').map(plain);
  return { rank: order.indexOf(plain(certification)), ageYears: Number(/\d+/.exec(certification)?.[0] ?? 0) };
}

function plain(certification: string): string {
  return certification.replaceAll(/\s/g, '').toLowerCase();
}

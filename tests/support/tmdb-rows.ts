/** A film as a row of TMDB's lists; members given replace its own. */
export function movieRow(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    adult: false,
    backdrop_path: '/hZkgoQYus5vegHoetLkCJzb17zJ.jpg',
    genre_ids: [18, 53, 35],
    id: 550,
    original_language: 'en',
    original_title: 'Fight Club',
    overview: 'A ticking-time-bomb insomniac.',
    popularity: 73.433,
    poster_path: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
    release_date: '1999-10-15',
    title: 'Fight Club',
    video: false,
    vote_average: 8.438,
    vote_count: 27_044,
    ...over,
  };
}

/** A series as a row of TMDB's lists; members given replace its own. */
export function seriesRow(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    adult: false,
    backdrop_path: '/9faGSFi5jam6pDWGNd0p8JcJgXQ.jpg',
    first_air_date: '2008-01-20',
    genre_ids: [18, 80],
    id: 1396,
    name: 'Breaking Bad',
    origin_country: ['US'],
    original_language: 'en',
    original_name: 'Breaking Bad',
    overview: 'Walter White, a New Mexico chemistry teacher.',
    popularity: 298.884,
    poster_path: '/ztkUQFLlC19CCMYHW9o1zWhJRNq.jpg',
    vote_average: 8.879,
    vote_count: 11_536,
    ...over,
  };
}

/** A person as a row of TMDB's mixed lists. */
export function personRow(): Record<string, unknown> {
  return {
    adult: false,
    id: 224_513,
    name: 'Ana de Armas',
    original_name: 'Ana de Armas',
    media_type: 'person',
    popularity: 349.766,
    gender: 1,
    known_for_department: 'Acting',
    profile_path: '/3vxvsmYLTf4jnr163SUlBIw51ee.jpg',
    known_for: [movieRow({ media_type: 'movie' })],
  };
}

/** A page of TMDB's lists. */
export function listPage(...results: readonly unknown[]): Record<string, unknown> {
  return { page: 1, results, total_pages: 38_029, total_results: 760_569 };
}

/** The body TMDB sends with one of its status codes; code 1 alone means success. */
export function statusBody(code: number): Record<string, unknown> {
  return { success: code === 1, status_code: code, status_message: `message of code ${code}` };
}

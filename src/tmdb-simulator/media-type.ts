/** What a title is: TMDB's own words. */
export type MediaType = 'movie' | 'tv';

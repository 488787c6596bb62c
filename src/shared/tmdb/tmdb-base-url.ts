/** Version 3 of TMDB's API. Source: TMDB's documentation, November 2026. */
export const tmdbBaseUrl = 'https://api.themoviedb.org/3';

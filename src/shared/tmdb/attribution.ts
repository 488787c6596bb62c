/** What TMDB asks to stand where its data is shown, beside its logo (docs/reader.md). */
export const tmdbNotice = 'This product uses the TMDB API but is not endorsed or certified by TMDB.';

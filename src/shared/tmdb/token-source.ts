/** Gives the TMDB token to use now. @throws RetryableError `token_unavailable` when there is none. */
export type TokenSource = () => Promise<string>;

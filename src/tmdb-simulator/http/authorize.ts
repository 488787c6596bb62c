/** What a request brings to prove who it is. */
export type Credentials = { authorization: string | undefined; apiKey: string | null };

/**
 * Whether a request may read: by `Authorization: Bearer TOKEN` or, as at TMDB, by the `api_key` parameter. Without a
 * `token` to compare with, anything that is not empty will do.
 */
export function isAuthorized({ authorization, apiKey }: Credentials, token: string | undefined): boolean {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return [bearer, apiKey].some((given) => given && (token === undefined || given === token));
}

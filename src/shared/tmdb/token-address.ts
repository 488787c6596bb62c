/** Version 3 of TMDB's API. Source: TMDB's documentation, November 2026. */
export const tmdbBaseUrl = 'https://api.themoviedb.org/3';

const tmdb = new URL(tmdbBaseUrl);

/** Whether an address may receive the token: TMDB and this machine may, `elsewhere` may not. */
type TokenAddress = 'tmdb' | 'this-machine' | 'elsewhere';

/** The allowed addresses, for error messages about any other. */
export const tokenAddresses = `allowed are ${tmdbBaseUrl}, and http or https on this machine (127.0.0.1, localhost, [::1]), without user, query and fragment: the token goes nowhere else`;

/**
 * Whether TMDB's token may be sent to `baseUrl`, to which the paths of calls are appended: only to TMDB over TLS on its usual port, or to
 * the loopback interface. The address is parsed as `fetch` and axios parse it, so the check applies to the address that is called, in
 * whatever form it was written (upper case, other notations of an IP address). A name that only looks like TMDB's or like this machine's is
 * `elsewhere`. So is a name below `localhost` or with a final dot, because a resolver decides where it leads.
 */
export function tokenAddress(baseUrl: string): TokenAddress {
  if (!URL.canParse(baseUrl)) {
    return 'elsewhere';
  }
  const url = new URL(baseUrl);
  if (url.username !== '' || url.password !== '' || !['http:', 'https:'].includes(url.protocol)) {
    return 'elsewhere';
  }
  // Appended paths would become part of the query or the fragment.
  if (/[?#]/.test(baseUrl)) {
    return 'elsewhere';
  }
  if (isLoopback(url.hostname)) {
    return 'this-machine';
  }
  // `host` includes the port, except the default port of the protocol.
  const isTmdb =
    url.protocol === 'https:' && url.host === tmdb.host && url.pathname.replace(/\/+$/, '') === tmdb.pathname;
  return isTmdb ? 'tmdb' : 'elsewhere';
}

/** `URL` has converted every notation of an IPv4 address to four decimal numbers. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

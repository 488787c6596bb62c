/** Version 3 of TMDB's API. Source: TMDB's documentation, November 2026. */
export const tmdbBaseUrl = 'https://api.themoviedb.org/3';

const tmdb = new URL(tmdbBaseUrl);

/** What an address is to the token: TMDB itself, this machine, or nowhere that it may go. */
type TokenAddress = 'tmdb' | 'this-machine' | 'elsewhere';

/** What to say of an address that gets no token. */
export const tokenAddresses = `allowed are ${tmdbBaseUrl}, and http or https on this machine (127.0.0.1, localhost, [::1]), without user, query and fragment: the token goes nowhere else`;

/**
 * Whether TMDB's token may go to `baseUrl`, to which the paths of calls are appended, by whichever way the address was named: to TMDB over
 * TLS on its usual port, or to the loopback interface. The address is read as `fetch` and axios read it, so that what is judged is what is called: user names,
 * other writings of an IP address and upper case make no difference, and a name that only looks like TMDB's or like this machine's
 * is elsewhere. A name below `localhost`, or one that ends in a dot, is left to a resolver, and so is elsewhere too.
 */
export function tokenAddress(baseUrl: string): TokenAddress {
  if (!URL.canParse(baseUrl)) {
    return 'elsewhere';
  }
  const url = new URL(baseUrl);
  if (url.username !== '' || url.password !== '' || !['http:', 'https:'].includes(url.protocol)) {
    return 'elsewhere';
  }
  // What is appended would be part of them.
  if (/[?#]/.test(baseUrl)) {
    return 'elsewhere';
  }
  if (isLoopback(url.hostname)) {
    return 'this-machine';
  }
  // Of `host`, the port is a part; the usual one of the protocol is left out.
  const isTmdb =
    url.protocol === 'https:' && url.host === tmdb.host && url.pathname.replace(/\/+$/, '') === tmdb.pathname;
  return isTmdb ? 'tmdb' : 'elsewhere';
}

/** `URL` has brought every writing of an IPv4 address to four decimal numbers. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

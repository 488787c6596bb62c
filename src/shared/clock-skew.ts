/**
 * How far the clocks of two machines may be apart before one of them counts as wrong. Hosts that are kept in order differ by
 * milliseconds; a time that lies further ahead than this is not waited for.
 */
export const clockSkewMs = 5 * 60_000;

/**
 * How far the clocks of two machines may be apart before one of them counts as wrong, where what is doubted is data: when a page was
 * fetched, when a mark was set. A time that lies further ahead than this is not waited for.
 */
export const clockSkewMs = 5 * 60_000;

/**
 * The same where what is doubted stops calls: the timeline of slots and the breaker. Hosts that are kept in order differ by
 * milliseconds; whoever is behind by more than this makes a call too early now and then.
 */
export const callSkewMs = 10_000;

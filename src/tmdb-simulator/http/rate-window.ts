/** The verdict on one request: `count` is how many came in the second that ends with it, itself included. */
type RateVerdict = { admitted: boolean; count: number };

/** Counts requests in a sliding second. */
export type RateWindow = {
  /** Records a request at `nowMs` of a monotonic clock and says whether it is within the limit. */
  record(nowMs: number): RateVerdict;
  /** The most requests, refused ones included, that came in any second so far. */
  highestCount(): number;
};

const secondMs = 1000;

/**
 * A limit of `limit` admitted requests in any second [t, t + 1000 ms). Refused requests are counted but do not use up the
 * limit: a client that keeps sending too fast is still served at the limit, as behind most gateways.
 */
export function createRateWindow(limit: number): RateWindow {
  const seen = createSlidingCount();
  const admitted = createSlidingCount();
  let highest = 0;
  return {
    record: (nowMs) => {
      const count = seen.add(nowMs);
      highest = Math.max(highest, count);
      const isAdmitted = admitted.count(nowMs) < limit;
      if (isAdmitted) {
        admitted.add(nowMs);
      }
      return { admitted: isAdmitted, count };
    },
    highestCount: () => highest,
  };
}

/** Times of the last second, oldest first. */
function createSlidingCount() {
  const instants: number[] = [];
  const count = (nowMs: number): number => {
    const firstInside = instants.findIndex((instant) => instant > nowMs - secondMs);
    instants.splice(0, firstInside === -1 ? instants.length : firstInside);
    return instants.length;
  };
  const add = (nowMs: number): number => {
    instants.push(nowMs);
    return count(nowMs);
  };
  return { count, add };
}

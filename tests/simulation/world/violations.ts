/** What a history must never show. */
export const laws = [
  'conservation',
  'rate',
  'pause',
  'breaker',
  'confirmation',
  'page-as-asked',
  'retry-budget',
  'versions',
  'heads',
  'order-freedom',
  'row-life',
  'dead-letters',
  'failed-without-fault',
  'deferral',
  'one-run',
  'drain',
  'hard-ttl',
  'stale-flag',
  'reader-state',
  'reader-model',
  'reader-time',
  'recommendation',
  'live-calls',
  'refresh-lease',
  'replay-is-once',
  'bill',
  'secrecy',
  'payload',
  'same-trace',
] as const;

export type Law = (typeof laws)[number];

export type Violation = { law: Law; detail: string };

/** Collects violations; of each law the first few. */
export type Violations = { add(law: Law, detail: string): void; readonly found: readonly Violation[] };

const mostOfOneLaw = 3;

export function collectViolations(): Violations {
  const found: Violation[] = [];
  return {
    found,
    add: (law, detail) => {
      if (found.filter((known) => known.law === law).length < mostOfOneLaw) {
        found.push({ law, detail: detail.slice(0, 600) });
      }
    },
  };
}

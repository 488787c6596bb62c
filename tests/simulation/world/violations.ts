/** What a history must never show. */
export const invariants = [
  'conservation',
  'rate',
  'goodput',
  'connections',
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

export type Invariant = (typeof invariants)[number];

export type Violation = { invariant: Invariant; detail: string };

/** Collects violations; of each invariant the first few. */
export type Violations = { add(invariant: Invariant, detail: string): void; readonly found: readonly Violation[] };

const mostOfOneInvariant = 3;

export function collectViolations(): Violations {
  const found: Violation[] = [];
  return {
    found,
    add: (invariant, detail) => {
      if (found.filter((known) => known.invariant === invariant).length < mostOfOneInvariant) {
        found.push({ invariant, detail: detail.slice(0, 600) });
      }
    },
  };
}

import type { Admission, SharedBreaker, TokenCheck } from '../../src/shared/throttle/shared-breaker.ts';

/** A breaker that admits by script (from the last answer on that one again) and keeps what it is told. */
export type RecordingBreaker = SharedBreaker & {
  readonly ends: readonly { admission: Admission['kind']; outcome: string; detail: string }[];
  readonly rejections: readonly string[];
  /** What came of each check of a refused token. */
  readonly checks: readonly TokenCheck[];
  /** How often it was asked. */
  asked(): number;
};

export const admitted: Admission = { kind: 'closed' };

/** What an open breaker answers. */
export function refusing(retryInMs = 15_000): Admission {
  return { kind: 'refused', reason: 'failures', detail: 'HTTP 503', retryInMs };
}

export function recordingBreaker(...script: readonly Admission[]): RecordingBreaker {
  const ends: { admission: Admission['kind']; outcome: string; detail: string }[] = [];
  const rejections: string[] = [];
  const checks: TokenCheck[] = [];
  let asked = 0;
  return {
    ends,
    rejections,
    checks,
    asked: () => asked,
    admit: async () => {
      const answer = script[Math.min(asked, script.length - 1)] ?? admitted;
      asked += 1;
      return answer;
    },
    ended: async (admission, outcome, detail) => {
      ends.push({ admission: admission.kind, outcome, detail });
    },
    confirmRejection: async (admission, refusal, check) => {
      const outcome = await check(async () => admission);
      checks.push(outcome);
      if (outcome.kind !== 'rejected') {
        return outcome;
      }
      const detail = `${refusal}; ${outcome.detail}`;
      rejections.push(detail);
      return { kind: 'rejected', detail };
    },
  };
}

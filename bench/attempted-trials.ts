import { messageOf } from '../src/shared/core/errors.ts';

/** Trials that may fail, as on a busy machine: a failed one is told in the report and does not end the bench. */
export type Attempts = {
  /** What `trial` measured; `undefined` when it failed. */
  attempt<T>(name: string, trial: () => Promise<T>): Promise<T | undefined>;
  /** One sentence for each trial that failed. */
  failures: string[];
};

/** No trial has been attempted yet. */
export function attempts(): Attempts {
  const failures: string[] = [];
  return {
    failures,
    attempt: async (name, trial) => {
      try {
        return await trial();
      } catch (error) {
        failures.push(`${name}: ${messageOf(error)}`);
        return undefined;
      }
    },
  };
}

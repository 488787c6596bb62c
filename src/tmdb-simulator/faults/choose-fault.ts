import type { CompleteFaultPlan, FaultRule } from '../fault-plan.ts';
import { unitFrom } from '../seeded-random.ts';

/** Decides, request by request, which fault hits it. */
export type FaultChooser = {
  /** The fault for the next request, or `undefined` for none. `target` is the path and query of the request. */
  choose(target: string): FaultRule | undefined;
};

/**
 * A chooser that tries a plan's rules in order; the first that fires decides. Each rule draws from the seed and from how
 * many requests it has matched, so the same requests in the same order meet the same faults.
 */
export function createFaultChooser(plan: CompleteFaultPlan, seed: number): FaultChooser {
  const states = plan.rules.map((rule) => ({ rule, matched: 0, fired: 0 }));
  const fires = (state: (typeof states)[number], index: number, target: string): boolean => {
    const { rule } = state;
    if (!target.includes(rule.path ?? '') || state.fired >= (rule.times ?? Infinity)) {
      return false;
    }
    state.matched += 1;
    return unitFrom(seed, 'fault', index, state.matched) < rule.probability;
  };
  return {
    choose: (target) => {
      const state = states.find((candidate, index) => fires(candidate, index, target));
      if (state !== undefined) {
        state.fired += 1;
      }
      return state?.rule;
    },
  };
}

import { type FaultName, faultNames, without } from '../world/faults.ts';
import type { HistoryPlan } from '../world/history-plan.ts';

/** Whether a history still breaks the invariant that is looked for. */
export type StillFails = (plan: HistoryPlan) => Promise<boolean>;

/**
 * A smaller history that still fails: acts are left out from half of them down to one by one, and faults are switched off one by
 * one, until nothing can go any more.
 */
export async function shrink(plan: HistoryPlan, stillFails: StillFails): Promise<HistoryPlan> {
  let smallest = plan;
  for (let before = Number.POSITIVE_INFINITY; sizeOf(smallest) < before; ) {
    before = sizeOf(smallest);
    smallest = await fewerFaults(await fewerActs(smallest, stillFails), stillFails);
  }
  return smallest;
}

function sizeOf({ acts, faults }: HistoryPlan): number {
  return acts.length + faultsOf(faults).length;
}

/** The faults that a history has. */
export function faultsOf(faults: HistoryPlan['faults']): FaultName[] {
  return faultNames.filter((name) => faults[name] > 0);
}

async function fewerActs(plan: HistoryPlan, stillFails: StillFails): Promise<HistoryPlan> {
  let smallest = plan;
  for (let size = Math.ceil(plan.acts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < smallest.acts.length; ) {
      const tried = { ...smallest, acts: smallest.acts.toSpliced(from, size) };
      if (await stillFails(tried)) {
        smallest = tried;
      } else {
        from += size;
      }
    }
  }
  return smallest;
}

async function fewerFaults(plan: HistoryPlan, stillFails: StillFails): Promise<HistoryPlan> {
  let smallest = plan;
  for (const name of faultsOf(plan.faults)) {
    const tried = { ...smallest, faults: without(smallest.faults, name) };
    smallest = (await stillFails(tried)) ? tried : smallest;
  }
  return smallest;
}

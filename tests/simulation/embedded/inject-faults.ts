import { systemClock } from '../../../src/shared/core/system-clock.ts';
import type { CampaignStack } from './campaign-stack.ts';
import type { CutKind, Emulator, Fault, Killable, NetworkTarget } from './draw-faults.ts';

/** What was done to the stack so far. */
export type FaultCounts = {
  kills: Record<Killable, number>;
  /** Of these, of a process that was at work. */
  killsAtWork: number;
  cuts: Record<`${NetworkTarget}-${CutKind}`, number>;
  restarts: Record<`${Emulator}-${'SIGKILL' | 'orderly'}`, number>;
};

/** Nothing was done yet. */
export function noFaults(): FaultCounts {
  return {
    kills: { planner: 0, worker: 0, writer: 0 },
    killsAtWork: 0,
    cuts: {
      'sqs-connections': 0,
      'sqs-answer': 0,
      'sqs-refuse': 0,
      'dynamodb-connections': 0,
      'dynamodb-answer': 0,
      'dynamodb-refuse': 0,
      'tmdb-connections': 0,
      'tmdb-answer': 0,
      'tmdb-refuse': 0,
    },
    restarts: { 'sqs-SIGKILL': 0, 'sqs-orderly': 0, 'dynamodb-SIGKILL': 0, 'dynamodb-orderly': 0 },
  };
}

/** Injects the faults at their times and counts them; at the end the network is whole and every process runs. */
export async function injectFaults(faults: readonly Fault[], stack: CampaignStack, counts: FaultCounts): Promise<void> {
  const startedMs = systemClock.monotonicMs();
  // One emulator is not restarted twice at once.
  const restarts = { sqs: Promise.resolve(), dynamodb: Promise.resolve() };
  await Promise.all(
    faults.map(async (fault) => {
      await systemClock.sleep(Math.max(0, startedMs + fault.atMs - systemClock.monotonicMs()));
      switch (fault.kind) {
        case 'kill':
          return kill(fault, stack, counts);
        case 'cut':
          return cut(fault, stack, counts);
        case 'restart': {
          counts.restarts[`${fault.emulator}-${fault.how}`] += 1;
          const parts = { sqs: stack.sqs, dynamodb: stack.database };
          restarts[fault.emulator] = restarts[fault.emulator].then(() => parts[fault.emulator].restart(fault.how));
          return restarts[fault.emulator];
        }
      }
    }),
  );
  for (const relay of Object.values(stack.relays)) {
    relay.admit();
  }
}

function kill({ victim, pick }: Extract<Fault, { kind: 'kill' }>, stack: CampaignStack, counts: FaultCounts): void {
  const outcome = stack.functions[victim].kill(pick);
  counts.kills[victim] += outcome === 'none' ? 0 : 1;
  counts.killsAtWork += outcome === 'at-work' ? 1 : 0;
}

async function cut(fault: Extract<Fault, { kind: 'cut' }>, stack: CampaignStack, counts: FaultCounts): Promise<void> {
  const relay = stack.relays[fault.target];
  counts.cuts[`${fault.target}-${fault.how}`] += 1;
  switch (fault.how) {
    case 'connections':
      return relay.cutConnections();
    case 'answer':
      return relay.cutNextAnswer();
    case 'refuse':
      relay.refuse();
      await systemClock.sleep(fault.forMs);
      return relay.admit();
  }
}

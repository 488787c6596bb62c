import type { Random } from '../../../src/shared/core/clock.ts';

/** The functions whose processes are killed. */
export const killable = ['planner', 'worker', 'writer'] as const;
export type Killable = (typeof killable)[number];

/** What lies behind the network. */
export const networkTargets = ['sqs', 'dynamodb', 'tmdb'] as const;
export type NetworkTarget = (typeof networkTargets)[number];

/** How the network fails: every connection is cut, the next answer is lost, or nobody gets through for `forMs`. */
export const cutKinds = ['connections', 'answer', 'refuse'] as const;
export type CutKind = (typeof cutKinds)[number];

/** The emulators that are ended and started again. */
export type Emulator = Exclude<NetworkTarget, 'tmdb'>;

/** One fault, `atMs` after the round began. */
export type Fault = { atMs: number } & (
  | { kind: 'kill'; victim: Killable; pick: number }
  | { kind: 'cut'; target: NetworkTarget; how: CutKind; forMs: number }
  | { kind: 'restart'; emulator: Emulator; how: 'SIGKILL' | 'orderly' }
);

/** Faults begin within this time of the round: about as long as the round's jobs take without any. */
export const faultWindowMs = 1_200;
/** Longer than the SDK's first attempts, shorter than all of them. */
const longestRefusalMs = 250;
/** A restart costs half a second; a kill of a handler costs a visibility time-out. */
const restartShare = { sqs: 0.2, dynamodb: 0.25 } as const;
const plannerShare = 0.1;

/** The faults of one round, in the order of their time. */
export function drawFaults(random: Random): Fault[] {
  const upTo = (most: number) => Math.floor(random.next() * most);
  const at = () => upTo(faultWindowMs);
  const one = <T>(list: readonly [T, ...T[]]): T => list[upTo(list.length)] ?? list[0];
  const faults: Fault[] = [];
  for (let n = 1 + upTo(3); n > 0; n -= 1) {
    faults.push({ atMs: at(), kind: 'kill', victim: one(['worker', 'writer']), pick: random.next() });
  }
  if (random.next() < plannerShare) {
    faults.push({ atMs: upTo(200), kind: 'kill', victim: 'planner', pick: 0 });
  }
  for (let n = 2 + upTo(4); n > 0; n -= 1) {
    const forMs = 20 + upTo(longestRefusalMs - 20);
    faults.push({ atMs: at(), kind: 'cut', target: one(networkTargets), how: one(cutKinds), forMs });
  }
  for (const emulator of ['sqs', 'dynamodb'] as const) {
    if (random.next() < restartShare[emulator]) {
      faults.push({ atMs: at(), kind: 'restart', emulator, how: one(['SIGKILL', 'SIGKILL', 'orderly']) });
    }
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

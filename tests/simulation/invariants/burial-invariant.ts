/** A message is dead-lettered once. */
import type { ReceivedMessage } from '../../support/virtual-queue.ts';
import type { Ended, SimProcess } from '../world/sim-process.ts';
import type { SendAttempt } from '../world/sim-worker.ts';
import type { SimWorld } from '../world/sim-world.ts';

/**
 * Looks at each invocation that has ended: it dead-letters a message once, and one whose dead letter was taken does not come again. An
 * invocation that throws lets all of its messages come again; one that died could not say which are done.
 */
export function burials({ violations }: SimWorld) {
  const before = new Map<string, number>();
  return (
    process: SimProcess,
    sends: readonly SendAttempt[],
    batch: readonly ReceivedMessage[],
    ended: Ended<readonly number[]>,
  ): void => {
    const failures = process.injected('deadLetters') + process.silences();
    const wereTaken = failures === (before.get(process.name) ?? 0);
    before.set(process.name, failures);
    const dead = sends.filter(({ to }) => to === 'deadLetters').map(({ body }) => body);
    const twice = dead.find((body) => countOf(dead, body) > countOf(bodiesOf(batch), body));
    if (twice !== undefined) {
      violations.add('dead-letters', `${process.name} dead-lettered more often than it was delivered: ${twice}`);
    }
    const comesAgain = bodiesOf(batch.filter(({ id }) => returned(batch, ended).includes(id)));
    const undead = dead.find((body) => countOf(comesAgain, body) === countOf(bodiesOf(batch), body));
    if (wereTaken && undead !== undefined) {
      violations.add('dead-letters', `${process.name} dead-lettered what is to come again: ${undead}`);
    }
  };
}

/** The messages that an invocation gives back. */
function returned(batch: readonly ReceivedMessage[], ended: Ended<readonly number[]>): readonly number[] {
  if (ended.kind === 'done') {
    return ended.value;
  }
  return ended.kind === 'failed' ? batch.map(({ id }) => id) : [];
}

function bodiesOf(messages: readonly ReceivedMessage[]): string[] {
  return messages.map(({ body }) => body);
}

function countOf(bodies: readonly string[], wanted: string): number {
  return bodies.filter((body) => body === wanted).length;
}

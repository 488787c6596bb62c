/** What must hold of every delivery, when its invocation has ended. */
import type { Feed } from '../../../src/shared/core/feed.ts';
import type { ReceivedMessage } from '../../support/virtual-queue.ts';
import type { Ended, SimProcess } from '../world/sim-process.ts';
import type { SendAttempt } from '../world/sim-worker.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { burials } from './burial-invariant.ts';

export type DeliveryLog = {
  workerMessages: number;
  writerMessages: number;
  /** Rows of delivered pages and titles, once for each delivery. */
  writerRows: number;
  /** Bodies of the item queue that the writer has said to be done. */
  readonly done: Set<string>;
};

/** Ports that a delivery cannot do without: when one of them fails, the message may come again. */
const needed = { worker: ['items', 'jobs', 'deadLetters'], writer: ['catalog', 'heads', 'deadLetters'] } as const;

export function deliveryInvariant(world: SimWorld) {
  const log: DeliveryLog = { workerMessages: 0, writerMessages: 0, writerRows: 0, done: new Set() };
  const excused = excuses(world);
  const buried = burials(world);
  const sends = new Map<string, SendAttempt[]>();
  const sendsOf = ({ name }: SimProcess): SendAttempt[] => {
    const sent = sends.get(name) ?? [];
    sends.delete(name);
    return sent;
  };
  return {
    log,
    onSend: (attempt: SendAttempt): void => {
      sends.set(attempt.process, [...(sends.get(attempt.process) ?? []), attempt]);
    },
    workerEnded: (process: SimProcess, batch: readonly ReceivedMessage[], ended: Ended<readonly number[]>): void => {
      log.workerMessages += batch.length;
      excused('worker', process, ended);
      const sent = sendsOf(process);
      checkSends(sent, batch, world);
      buried(process, sent, batch, ended);
    },
    writerEnded: (process: SimProcess, batch: readonly ReceivedMessage[], ended: Ended<readonly number[]>): void => {
      log.writerMessages += batch.length;
      log.writerRows += batch.reduce((sum, { body }) => sum + rowsIn(body), 0);
      excused('writer', process, ended);
      buried(process, sendsOf(process), batch, ended);
      const failed = ended.kind === 'done' ? ended.value : batch.map(({ id }) => id);
      for (const { body } of batch.filter(({ id }) => !failed.includes(id))) {
        log.done.add(body);
      }
    },
  };
}

/**
 * A message fails only where something failed that it needs, or did not answer in time: an outage of TMDB or of the control table is no
 * reason.
 */
function excuses({ violations }: SimWorld) {
  const before = new Map<string, number>();
  return (kind: 'worker' | 'writer', process: SimProcess, ended: Ended<readonly number[]>): void => {
    const injected = needed[kind].reduce((sum, port) => sum + process.injected(port), process.silences());
    const failed = ended.kind === 'failed' || (ended.kind === 'done' && ended.value.length > 0);
    if (failed && injected === (before.get(process.name) ?? 0)) {
      const why = ended.kind === 'failed' ? String(ended.error) : `${ended.value} came back`;
      violations.add('failed-without-fault', `${process.name}: ${why}`);
    }
    before.set(process.name, injected);
  };
}

/** Each message is sent on once at the most, and a deferral is the same job with one deferral more. */
function checkSends(sends: readonly SendAttempt[], batch: readonly ReceivedMessage[], { violations }: SimWorld): void {
  if (sends.length > batch.length) {
    violations.add('bill', `${sends.length} sends for a batch of ${batch.length}`);
  }
  for (const { body } of sends.filter(({ to }) => to === 'jobs')) {
    const sent = JSON.parse(body);
    const isNext = batch.some(({ body: delivered }) => {
      const job = tryParse(delivered);
      const same = ['jobId', 'runId', 'snapshot', 'firstSeenAt', 'page', 'replays'].every(
        (key) => job[key] === sent[key],
      );
      return same && Number(job.attempt) + 1 === sent.attempt;
    });
    if (!isNext) {
      violations.add('deferral', `${body} is no deferral of what was delivered`);
    }
  }
}

/** Each title of a list, or on its own, in another language than the default one may have two: the second stands in for that one. */
function rowsIn(body: string): number {
  const { titles, cards, feed, language = (feed as Feed | undefined)?.language } = tryParse(body);
  const rows = titles ?? cards;
  const rowsPerTitle = cards === undefined && language !== 'en-US' ? 2 : 1;
  return rowsPerTitle * (Array.isArray(rows) ? rows.length : 1);
}

/** The body as an object, an empty one when it is none. */
export function tryParse(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

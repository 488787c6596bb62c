import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMatch } from '../../../src/operator/dead-letters/match-letters.ts';
import { replayDeadLetters } from '../../../src/operator/dead-letters/replay.ts';
import { deadJob } from '../../support/dead-letter-samples.ts';
import { recordingQueue } from '../../support/recording-queue.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { virtualMessageSource } from '../../support/virtual-message-source.ts';

const holdSeconds = 30;

/** Replays with a process that dies at its calls of these numbers, and is started again each time; then once to the end. */
async function replayWithCrashes(letters: readonly string[], crashAt: readonly number[]) {
  const clock = virtualClock({ autoJump: true });
  let callsLeft = Number.POSITIVE_INFINITY;
  const crash = () => {
    callsLeft -= 1;
    if (callsLeft < 0) {
      throw new Error('the process was killed');
    }
  };
  const source = virtualMessageSource(clock, crash);
  const queue = recordingQueue();
  const target = {
    sendAll: queue.sendAll,
    send: async (body: string, options?: Parameters<typeof queue.send>[1]) => {
      crash();
      await queue.send(body, options);
      crash();
    },
  };
  for (const [n, reason] of letters.entries()) {
    source.lay(deadJob(n, reason));
  }
  for (const calls of [...crashAt, Number.POSITIVE_INFINITY]) {
    callsLeft = calls;
    const options = { match: parseMatch(['reason=too-old']), max: 1e6, perSecond: 1_000, holdSeconds, dryRun: false };
    await replayDeadLetters(
      source,
      target,
      { ...options, onProgress: () => undefined },
      clock,
      new AbortController().signal,
    )
      // What a killed process would have caught is not caught: nothing it does afterwards reaches a queue.
      .catch(() => undefined);
    callsLeft = Number.POSITIVE_INFINITY;
    // Whoever starts it again has waited for what the dead one holds.
    await clock.sleep(60_000);
  }
  return { source, queue };
}

describe('a replay that is killed again and again', () => {
  it('replays every chosen message at least once, and keeps all others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('too-old', 'malformed', 'refused-by-tmdb'), { maxLength: 40 }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        async (letters, crashAt) => {
          const { source, queue } = await replayWithCrashes(letters, crashAt);
          const chosen = letters.flatMap((reason, n) => (reason === 'too-old' ? [n] : []));
          const replayed = queue.bodies.map((body) => Number(JSON.parse(body).jobId.split('/').at(-1)));
          expect(new Set(replayed)).toEqual(new Set(chosen));
          // Each crash can double the one message that was under way.
          expect(replayed.length).toBeLessThanOrEqual(chosen.length + crashAt.length);
          const left = [...source.held().values()].map(({ attributes }) => attributes?.reason);
          expect(left.sort()).toEqual(letters.filter((reason) => reason !== 'too-old').sort());
          expect(source.visible()).toBe(left.length);
        },
      ),
      { numRuns: 150 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { lookAtDeadLetters, readDeadLetters } from '../../../src/operator/dead-letters/look-at-dead-letters.ts';
import { parseMatch } from '../../../src/operator/dead-letters/match-letters.ts';
import { type ReplayOptions, replayDeadLetters } from '../../../src/operator/dead-letters/replay.ts';
import { fetchJobSchema } from '../../../src/shared/queues/fetch-job.ts';
import type { MessageSender } from '../../../src/shared/queues/message-sender.ts';
import { deadJob, deadPage } from '../../support/dead-letter-samples.ts';
import { recordingQueue } from '../../support/recording-queue.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { type LaidMessage, virtualMessageSource } from '../../support/virtual-message-source.ts';

function openReplay() {
  const clock = virtualClock({ autoJump: true });
  const source = virtualMessageSource(clock);
  const target = recordingQueue();
  const run = (
    over: Partial<ReplayOptions> = {},
    signal = new AbortController().signal,
    to: MessageSender = target,
  ) => {
    const options: ReplayOptions = {
      match: new Map(),
      max: 1_000_000,
      perSecond: 100,
      holdSeconds: 60,
      dryRun: false,
      onProgress: () => undefined,
      ...over,
    };
    return replayDeadLetters(source, to, options, clock, signal);
  };
  return { clock, source, target, run };
}

describe('a replay', () => {
  it('sends the job as who it is, with a new age and the count of replays, and deletes it', async () => {
    const { source, target, run } = openReplay();
    source.lay(deadJob(7, 'too-old', { replays: 1 }));
    expect(await run()).toEqual({
      examined: 1,
      replayed: 1,
      left: 0,
      notExamined: 0,
      failed: [],
      unreleased: [],
    });
    expect(source.held().size).toBe(0);
    const [sent] = target.sent;
    const job = fetchJobSchema.parse(JSON.parse(sent?.body ?? ''));
    expect(job).toMatchObject({
      jobId: '0badcafe/popular/movie/global/en-US/7',
      runId: '0badcafe',
      snapshot: '2026-11-23T08:00:00Z.0badcafe',
      attempt: 0,
      firstSeenAt: '2026-11-23T08:00:00.000Z',
      replays: 2,
    });
    expect(sent?.attributes).toMatchObject({ reason: 'too-old', detail: 'why it died', replayCount: '2' });
  });

  it('sends a page with nothing changed but the count, and what cannot be read byte for byte', async () => {
    const { source, target, run } = openReplay();
    const page = deadPage(1);
    source.lay(page);
    source.lay({ body: '{"broken', attributes: { reason: 'malformed' } });
    await run();
    expect(JSON.parse(target.bodies[0] ?? '')).toEqual({ ...JSON.parse(page.body), replays: 1 });
    expect(target.bodies[1]).toBe('{"broken');
    expect(target.sent[1]?.attributes).toEqual({ reason: 'malformed', replayCount: '1' });
  });

  it('leaves what does not match where it is, untouched and visible', async () => {
    const { source, target, run } = openReplay();
    for (let n = 1; n <= 25; n += 1) {
      source.lay(deadJob(n, n % 5 === 0 ? 'refused-by-tmdb' : 'too-old'));
    }
    const before = source.held();
    expect(await run({ match: parseMatch(['reason=refused-by-tmdb']) })).toMatchObject({ replayed: 5, left: 20 });
    expect(target.sent).toHaveLength(5);
    expect(source.visible()).toBe(20);
    for (const [id, message] of source.held()) {
      expect(message).toEqual(before.get(id));
    }
  });

  it('takes no more than --max, and in a dry run nothing', async () => {
    const { source, target, run } = openReplay();
    for (let n = 1; n <= 30; n += 1) {
      source.lay(deadJob(n, 'too-old'));
    }
    expect(await run({ dryRun: true, max: 12 })).toMatchObject({ replayed: 12 });
    expect([target.sent.length, source.visible()]).toEqual([0, 30]);
    expect(await run({ max: 12 })).toMatchObject({ replayed: 12, failed: [] });
    expect([target.sent.length, source.visible()]).toEqual([12, 18]);
  });

  it('keeps to the rate', async () => {
    const { clock, source, run } = openReplay();
    for (let n = 1; n <= 40; n += 1) {
      source.lay(deadJob(n, 'too-old'));
    }
    await run({ perSecond: 4 });
    // Forty messages are thirty-nine intervals of a quarter of a second; two empty receives end the scan.
    expect(clock.monotonicMs()).toBe(39 * 250 + 2_000);
  });

  it('leaves what the queue does not take, and says which', async () => {
    const { source, target, run } = openReplay();
    source.lay(deadJob(1, 'too-old'));
    target.failWith(new Error('the queue is away'));
    expect(await run()).toMatchObject({
      replayed: 0,
      failed: [{ messageId: 'm1', jobId: '0badcafe/popular/movie/global/en-US/1', why: 'the queue is away' }],
    });
    expect(source.visible()).toBe(1);
  });

  it('sends letters that are alike, each once, whoever was first', async () => {
    const { source, target, run } = openReplay();
    for (let n = 1; n <= 25; n += 1) {
      source.lay(deadJob(1, 'too-old'));
      source.lay({ body: 'hello' });
    }
    expect(await run()).toMatchObject({ examined: 50, replayed: 50, left: 0, failed: [] });
    expect([target.sent.length, source.held().size]).toEqual([50, 0]);
  });

  it('ends where it is interrupted, and releases the rest', async () => {
    const { source, target, run } = openReplay();
    for (let n = 1; n <= 30; n += 1) {
      source.lay(deadJob(n, 'too-old'));
    }
    const interruption = new AbortController();
    const onProgress = () => interruption.abort();
    expect(await run({ onProgress }, interruption.signal)).toMatchObject({ replayed: 10, left: 0 });
    expect([target.sent.length, source.visible()]).toEqual([10, 20]);
  });
});

/** Everything that is sent fails at once, and is laid again by SQS, whose clock is `skewMs` ahead of the operator's. */
describe.each([-60_000, 0, 60_000])(
  'what fails at once and comes back as a new message (SQS %d ms ahead)',
  (skewMs) => {
    const failing = (changed: (body: string) => string = (body) => body) => {
      const { clock, source, run } = openReplay();
      const lay = (letter: LaidMessage) => source.lay({ ...letter, sentAtMs: clock.nowMs() + skewMs });
      const sent: string[] = [];
      const target = {
        send: async (body: string) => {
          await clock.sleep(10);
          sent.push(body);
          lay({ body: changed(body), attributes: { reason: 'malformed' } });
        },
        sendAll: async () => undefined,
      };
      return { source, lay, sent, run: (over: Partial<ReplayOptions> = {}) => run(over, undefined, target) };
    };

    it('is not chased: a job, a page, and what cannot be read', async () => {
      const { source, lay, sent, run } = failing();
      for (const letter of [deadJob(1, 'malformed'), deadPage(2), { body: '{"broken' }]) {
        lay(letter);
      }
      expect(await run({ max: 100 })).toMatchObject({ replayed: 3, left: 2, failed: [] });
      expect([sent.length, source.held().size, source.visible()]).toEqual([3, 3, 3]);
      expect((await run({ dryRun: true })).replayed).toBe(3);
    });

    it('is not chased either when a job was deferred before', async () => {
      const { lay, sent, run } = failing((body) =>
        JSON.stringify({ ...JSON.parse(body), attempt: 3, waitedSeconds: 1 }),
      );
      lay(deadJob(1, 'too-old'));
      expect(await run({ max: 100 })).toMatchObject({ replayed: 1, left: 1 });
      expect(sent).toHaveLength(1);
    });

    it('takes none of those with it that were there before, however alike', async () => {
      const { source, lay, sent, run } = failing();
      for (let n = 1; n <= 25; n += 1) {
        lay({ body: 'hello' });
        lay(deadJob(1, 'too-old'));
      }
      expect(await run({ max: 1_000 })).toMatchObject({ replayed: 50, failed: [] });
      expect([sent.filter((body) => body === 'hello').length, sent.length]).toEqual([25, 50]);
      expect([source.held().size, source.visible()]).toEqual([50, 50]);
    });

    it('counts towards --max but once, and what has no turn is left', async () => {
      const { source, lay, sent, run } = failing();
      for (let n = 1; n <= 25; n += 1) {
        lay({ body: 'hello' });
      }
      expect(await run({ max: 12 })).toMatchObject({ examined: 20, replayed: 12, left: 8 });
      expect([sent.length, source.visible()]).toEqual([12, 25]);
    });
  },
);

describe('the age of a job', () => {
  it('starts anew when it is replayed: what was given up as too old is not given up again at the first delay', async () => {
    const { clock, source, target, run } = openReplay();
    source.lay(deadJob(1, 'too-old', { firstSeenAt: '2026-11-16T08:00:00.000Z', attempt: 40 }));
    await clock.sleep(90_000);
    await run();
    // The clock of these tests starts at eight o'clock.
    expect(fetchJobSchema.parse(JSON.parse(target.bodies[0] ?? ''))).toMatchObject({
      firstSeenAt: '2026-11-23T08:01:30.000Z',
      attempt: 0,
      replays: 1,
    });
  });
});

describe('the hold of a replay', () => {
  /** A second operator starts one when the hold that both asked for is over. */
  const bySide = async (perSecond: number) => {
    const { clock, source, target } = openReplay();
    for (let n = 1; n <= 10; n += 1) {
      source.lay(deadJob(n, 'too-old'));
    }
    const options = {
      match: new Map(),
      max: 100,
      perSecond,
      holdSeconds: 5,
      dryRun: false,
      onProgress: () => undefined,
    };
    const replay = () => replayDeadLetters(source, target, options, clock, new AbortController().signal);
    await Promise.all([replay(), clock.sleep(5_500).then(replay)]);
    return target.bodies.length;
  };

  it.each([500, 10, 1, 0.5, 0.1])(
    'outlasts its batch of ten at %d a second: nobody else sends it too',
    async (rate) => {
      expect(await bySide(rate)).toBe(10);
    },
  );
});

describe('--max', () => {
  const laid = (count: number) => {
    const replay = openReplay();
    for (let n = 1; n <= count; n += 1) {
      replay.source.lay(deadJob(n, n % 2 === 0 ? 'too-old' : 'malformed'));
    }
    const depth = { read: async () => ({ visible: replay.source.held().size, delayed: 0, inFlight: 0 }) };
    return { ...replay, depth };
  };

  it('counts as left also what was not looked at, and says how many those are', async () => {
    const { depth, run, source } = laid(34);
    const report = await run({ max: 3, depth });
    expect(report).toMatchObject({ examined: 10, replayed: 3, left: 31, notExamined: 24 });
    expect(source.held().size).toBe(31);
  });

  it('has looked at everything when there is no more than that', async () => {
    const { depth, run } = laid(7);
    expect(await run({ max: 100, depth })).toMatchObject({ examined: 7, replayed: 7, left: 0, notExamined: 0 });
    const other = laid(7);
    expect(await other.run({ max: 7, depth: other.depth })).toMatchObject({ replayed: 7, left: 0, notExamined: 0 });
  });

  it('holds in a dry run alike', async () => {
    const { depth, run } = laid(25);
    expect(await run({ max: 3, depth, dryRun: true })).toMatchObject({ replayed: 3, left: 22, notExamined: 15 });
  });
});

describe('what SQS takes', () => {
  it('of ten attributes and the count of replays are the pipeline’s own and as many others as there is room for', async () => {
    const { source, target, run } = openReplay();
    const others = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`other-${n}`, 'x']));
    source.lay({ body: 'broken', attributes: { ...others, reason: 'malformed' } });
    await run();
    expect(Object.keys(target.sent[0]?.attributes ?? {})).toHaveLength(10);
    expect(target.sent[0]?.attributes).toMatchObject({ reason: 'malformed', replayCount: '1' });
  });

  it('of a body that fills the limit is the body', async () => {
    const { source, target, run } = openReplay();
    source.lay({ body: 'x'.repeat(1_048_570), attributes: { reason: 'malformed' } });
    expect(await run()).toMatchObject({ replayed: 1, failed: [] });
    expect(target.sent[0]?.attributes).toEqual({});
  });
});

describe('what could not be released', () => {
  it('is reported by a look and by a replay', async () => {
    const { clock, source, target } = openReplay();
    source.lay(deadJob(1, 'too-old'));
    const stuck = { ...source, release: async () => [{ messageId: 'm1', why: 'InternalError' }] };
    expect((await lookAtDeadLetters(stuck, 1)).unreleased).toEqual([{ messageId: 'm1', why: 'InternalError' }]);
    await clock.sleep(2_000);
    const options = {
      match: new Map(),
      max: 1,
      perSecond: 9,
      holdSeconds: 1,
      dryRun: true,
      onProgress: () => undefined,
    };
    const report = await replayDeadLetters(stuck, target, options, clock, new AbortController().signal);
    expect(report).toMatchObject({ replayed: 1, unreleased: [{ messageId: 'm1' }] });
  });
});

describe('a look', () => {
  it('sees every message once, though holds lapse meanwhile, and leaves all visible', async () => {
    const { source } = openReplay();
    for (let n = 1; n <= 95; n += 1) {
      source.lay(deadJob(n, 'too-old'));
    }
    const letters = await readDeadLetters(source, 1);
    expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(95);
    expect([letters.length, source.visible()]).toEqual([95, 95]);
  });
});

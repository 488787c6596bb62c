import { describe, expect, it } from 'vitest';
import { readDeadLetters } from '../../../src/operator/dead-letters/list-dead-letters.ts';
import { parseMatch } from '../../../src/operator/dead-letters/match-dead-letter.ts';
import { type ReplayOptions, replayDeadLetters } from '../../../src/operator/dead-letters/replay.ts';
import { fetchJobSchema } from '../../../src/shared/messages/fetch-job.ts';
import { deadJob, deadPage } from '../../support/dead-letter-samples.ts';
import { recordingQueue } from '../../support/recording-queue.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { virtualMessageSource } from '../../support/virtual-message-source.ts';

function openReplay() {
  const clock = virtualClock({ autoJump: true });
  const source = virtualMessageSource(clock);
  const target = recordingQueue();
  const run = (over: Partial<ReplayOptions> = {}, signal = new AbortController().signal) => {
    const options: ReplayOptions = {
      match: new Map(),
      max: 1_000_000,
      perSecond: 100,
      holdSeconds: 60,
      dryRun: false,
      onProgress: () => undefined,
      ...over,
    };
    return replayDeadLetters(source, target, options, clock, signal);
  };
  return { clock, source, target, run };
}

describe('a replay', () => {
  it('sends the job as who it is, with a new age and the count of replays, and deletes it', async () => {
    const { source, target, run } = openReplay();
    source.lay(deadJob(7, 'too-old', { replays: 1 }));
    expect(await run()).toEqual({ examined: 1, replayed: 1, left: 0, failed: [] });
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

  it('does not chase what fails at once and comes back as a new message', async () => {
    const { clock, source, run } = openReplay();
    const letter = deadJob(1, 'malformed');
    source.lay(letter);
    const target = {
      send: async (body: string) => {
        await clock.sleep(10);
        source.lay({ ...letter, body, sentAtMs: clock.nowMs() });
      },
      sendAll: async () => undefined,
    };
    const options = {
      match: new Map(),
      max: 100,
      perSecond: 100,
      holdSeconds: 60,
      dryRun: false,
      onProgress: () => undefined,
    };
    const report = await replayDeadLetters(source, target, options, clock, new AbortController().signal);
    expect(report).toMatchObject({ replayed: 1, left: 1 });
    expect([source.held().size, (await run({ dryRun: true })).replayed]).toEqual([1, 1]);
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

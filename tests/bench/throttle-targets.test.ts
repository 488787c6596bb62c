import { describe, expect, it } from 'vitest';
import { chosenParts } from '../../bench/bench-selection.ts';
import { throttleTargets } from '../../bench/throttle/throttle-targets.ts';
import type { PlayedTrial, ThrottleTrial } from '../../bench/throttle/throttle-trial.ts';
import { throttleWorlds } from '../../bench/throttle/worlds.ts';

const good: ThrottleTrial = {
  goodput: 100,
  refusedByLimit: 0,
  writesPerCall: 0.1,
  readsPerCall: 1,
  itemRequestsPerJob: 0.1,
  cpuMsPerJob: 5,
  mostUnderWay: 10,
  mostConnections: 10,
  deferred: 0,
  dead: 0,
  lost: 0,
};
const all = { parts: [], seconds: undefined };
const worlds = throttleWorlds(all);

/** A trial of the subject `name` in each world. */
function playedBy(name: string, measured: Partial<ThrottleTrial> = {}): PlayedTrial[] {
  const subject = { name, program: new URL('file:///none'), processes: 1, options: {} };
  return worlds.map((world) => ({ world, subject, trial: { ...good, ...measured } }));
}

const missed = (played: PlayedTrial[]) =>
  throttleTargets(played, worlds)
    .filter(({ met }) => !met)
    .map(({ name }) => name);

describe('the targets of throttle', () => {
  it('are met by a worker that loses nothing', () => {
    expect(missed([...playedBy('this worker, 2 processes'), ...playedBy('a peer')])).toEqual([]);
  });

  it('are those of the worst of our trials', () => {
    const ours = [...playedBy('this worker, 1 process'), ...playedBy('this worker, 8 processes', { goodput: 96 })];
    expect(missed([...ours, ...playedBy('a peer')])).toEqual(['clean: lowest goodput beside the ideal, %']);
  });

  it('compare with the best peer where calls fail at random', () => {
    const peers = [...playedBy('a slow peer', { goodput: 20 }), ...playedBy('a fast peer', { goodput: 102 })];
    const ours = playedBy('this worker, 2 processes', { goodput: 96.8 });
    expect(missed([...ours, ...peers])).toEqual([
      'clean: lowest goodput beside the ideal, %',
      '2 % 429, 5 % 5xx: lowest goodput beside the best peer, %',
      '5 % 429, 5 % 5xx: lowest goodput beside the best peer, %',
    ]);
  });

  it('are missed where no trial succeeded', () => {
    expect(missed(playedBy('a peer'))).toHaveLength(throttleTargets([], worlds).length);
  });
});

describe('the worlds of throttle', () => {
  it('fall after a fifth of their time, for two fifths', () => {
    const [falling] = throttleWorlds({ parts: ['limit falls 40 to 20'], seconds: 300 });
    expect(falling?.server.limits).toEqual([
      { fromSeconds: 0, perSecond: 40 },
      { fromSeconds: 60, perSecond: 20 },
      { fromSeconds: 180, perSecond: 40 },
    ]);
    expect(falling?.server.counted).toEqual({ fromSeconds: 0, untilSeconds: 300 });
  });

  it('are chosen by name', () => {
    expect(chosenParts(['a', 'b', 'c'], { parts: ['c', 'a'], seconds: undefined })).toEqual(['a', 'c']);
    expect(chosenParts(['a', 'b'], all)).toEqual(['a', 'b']);
    expect(() => chosenParts(['a', 'b'], { parts: ['x'], seconds: undefined })).toThrow("'a', 'b'");
  });
});

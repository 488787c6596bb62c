import { describe, expect, it } from 'vitest';
import { atRealSize } from '../../bench/titles/real-sizes.ts';
import { type TitleTrial, titleResults, titleTargets } from '../../bench/titles/title-figures.ts';
import { oursName, rawName, type Stored } from '../../bench/titles/title-subjects.ts';
import { titleSettings } from '../../bench/titles/title-worlds.ts';
import type { Row } from '../../src/shared/queues/details/detail-kinds.ts';
import { normalizeWholeTitle } from '../../src/shared/tmdb/normalize-whole-title.ts';
import { wholeMovie, wholeSeries } from '../support/tmdb-details.ts';

const put = (kind: string, writeUnits: number): Stored => ({ kind, key: kind, bytes: 900 * writeUnits, writeUnits });
const trial = (over: Partial<TitleTrial> = {}): TitleTrial => ({
  world: "at TMDB's sizes",
  subject: oursName,
  titles: 1,
  calls: 1,
  answerBytes: 200_000,
  tookMs: 5,
  cpuMs: 4,
  readUnits: 3,
  puts: [put('card', 1), put('card', 1), put('details', 2), put('id', 1)],
  ...over,
});
const raw = trial({ subject: rawName, puts: [put('answer', 200)] });
const missed = (...trials: TitleTrial[]) =>
  titleTargets(trials)
    .filter(({ met }) => !met)
    .map(({ name }) => name.replace(/^.*?: /, ''));

describe('targets of the bench of titles', () => {
  it('are met by one call, two units for details and a twentieth of the raw answer', () => {
    expect(titleTargets([trial(), raw])).toHaveLength(3);
    expect(missed(trial(), raw)).toEqual([]);
  });

  it('are missed one by one', () => {
    expect(missed(trial({ calls: 2 }), raw)).toEqual(['calls a title']);
    expect(missed(trial({ puts: [put('details', 3)] }), raw)).toEqual([
      'write units for the details of a title, the most',
    ]);
    expect(missed(trial({ puts: [put('card', 11)] }), raw)).toContain("write units beside the raw answer's");
  });

  it('do not judge the share where answers are smaller than TMDB’s', () => {
    const world = 'simulated';
    expect(missed(trial({ world, puts: [put('details', 2), put('card', 90)] }), { ...raw, world })).toEqual([]);
  });
});

describe('figures of the bench of titles', () => {
  it('are those of a title, in all and by kind of row', () => {
    const figures = new Map(titleResults(trial({ titles: 2 })).map(({ metric, value }) => [metric, value]));
    expect(figures.get('write units a title')).toBe(2.5);
    expect(figures.get('of these for card rows')).toBe(1);
    expect(figures.get('bytes of the answer')).toBe(100_000);
    const toShow = (of: TitleTrial) => titleResults(of).find(({ metric }) => metric === 'read units to show a title');
    expect([toShow(trial())?.value, toShow(raw)?.value]).toEqual([1, 22]);
    expect(titleResults(raw).map(({ metric }) => metric)).not.toContain('of these for answer rows');
  });
});

describe('an answer at the size of TMDB’s', () => {
  it.each([
    ['movie', wholeMovie(), 550, 200_000],
    // The sample of a series lacks some of the parts.
    ['tv', wholeSeries(), 1396, 142_000],
  ] as const)('tells of a %s what it told before', (mediaType, answer, id, bytes) => {
    const sized = atRealSize(answer as Row, mediaType);
    expect(JSON.stringify(sized).length).toBeGreaterThan(bytes);
    expect(JSON.stringify(sized).length).toBeLessThan(1.3 * bytes);
    expect(normalizeWholeTitle(sized, mediaType, id, titleSettings)?.cards).toEqual(
      normalizeWholeTitle(answer, mediaType, id, titleSettings)?.cards,
    );
    const { recommendations: _some, ...parts } = normalizeWholeTitle(sized, mediaType, id, titleSettings)?.parts ?? {};
    const { recommendations: _others, ...before } =
      normalizeWholeTitle(answer, mediaType, id, titleSettings)?.parts ?? {};
    expect(parts).toEqual(before);
  });
});

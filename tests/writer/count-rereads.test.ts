import { describe, expect, it } from 'vitest';
import type { TitleParts } from '../../src/shared/queues/details/title-parts.ts';
import { changeCounter } from '../../src/writer/count-changes.ts';
import { memoryWriter } from '../support/deliver-pages.ts';
import { applyAll } from '../support/deliver-titles.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { sampleItemDetails } from '../support/sample-messages.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const clock = virtualClock();
const counterId = 'usage#2026-11-23#title-changes';

/** Whole titles that a writer gets one after the other, and what it has counted in the end. */
async function countsOf(...came: { day: number; parts?: TitleParts; mediaType?: 'movie' | 'tv' }[]) {
  const usage = memoryUsageStore();
  const writer = memoryWriter();
  const changes = changeCounter(usage, 42, clock, writer.telemetry);
  const whole = sampleItemDetails();
  for (const { day, parts = {}, mediaType = 'movie' } of came) {
    const fetchedAt = `2026-11-${String(day).padStart(2, '0')}T13:00:00.000Z`;
    await applyAll([{ ...whole, mediaType, fetchedAt, parts: known({ ...whole.parts, ...parts }) }], {
      ...writer,
      changes,
    });
  }
  return usage.countersOf(counterId);
}

/** A part that an answer lacks is not there. */
function known(parts: TitleParts): TitleParts {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

const { parts } = sampleItemDetails();
const otherBase = { base: { ...parts.base, tagline: 'Another one.' } } as TitleParts;

describe('details that are fetched again', () => {
  it('are counted, with the hours since they were fetched before', async () => {
    expect(await countsOf({ day: 10 })).toEqual({});
    expect(await countsOf({ day: 10 }, { day: 17 })).toEqual({ 'k:movie': 1, 'a:movie': 168 });
    expect(await countsOf({ day: 10 }, { day: 12 }, { day: 17 })).toEqual({ 'k:movie': 2, 'a:movie': 168 });
  });

  it('are counted as changed where a part differs that lists of changes tell', async () => {
    expect(await countsOf({ day: 10 }, { day: 17, parts: otherBase })).toEqual({
      'k:movie': 1,
      'c:movie': 1,
      'a:movie': 168,
    });
  });

  it('are not counted as changed for services and recommendations, which no list tells', async () => {
    const others = { watch: { watch: {} }, recommendations: { recommendations: [] } } as TitleParts;
    expect(await countsOf({ day: 10 }, { day: 17, parts: others })).toEqual({ 'k:movie': 1, 'a:movie': 168 });
  });

  it('are not compared with a part that one of the two answers lacks', async () => {
    const without = { base: undefined } as TitleParts;
    expect(await countsOf({ day: 10, parts: without }, { day: 17, parts: otherBase })).toEqual({
      'k:movie': 1,
      'a:movie': 168,
    });
  });

  it('of the same period, and such as come late, are not counted', async () => {
    expect(await countsOf({ day: 10 }, { day: 10, parts: otherBase })).toEqual({});
    expect(await countsOf({ day: 17 }, { day: 10, parts: otherBase })).toEqual({});
  });

  it('are counted by media type', async () => {
    const series = { day: 10, mediaType: 'tv' } as const;
    expect(await countsOf(series, { ...series, day: 11 }, { day: 10 }, { day: 12 })).toEqual({
      ...{ 'k:tv': 1, 'a:tv': 24 },
      ...{ 'k:movie': 1, 'a:movie': 48 },
    });
  });
});

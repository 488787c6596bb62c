import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeptDetails, readsByRank, type TitleState } from '../../src/planner/collect-titles.ts';
import { chooseTitles, dueTitles, isHeld } from '../../src/planner/title-policy.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';

/** Monday noon, at which a period of the writer begins. */
const nowMs = Date.UTC(2026, 10, 23, 12);

/** Details of which all parts were fetched so many hours ago; members given replace its own. */
function fetched(hoursAgo: number, over: Partial<KeptDetails> = {}): KeptDetails {
  const atMs = nowMs - hoursAgo * hourMs;
  return {
    ...{ latestMs: atMs, oldestMs: atMs, watchMs: atMs, unknown: [] },
    ...{ status: 'Released', lastAirDate: null, nextAirDate: null, imdbId: null },
    ...over,
  };
}

/** A film that is read once a day and stands in no list; members given replace its own. */
function film(id: number, over: Partial<TitleState> = {}): TitleState {
  return {
    ...{ mediaType: 'movie', id, subject: `movie/${id}`, reads: 1, isRead: true, place: undefined },
    ...{ releaseDate: '1999-10-15', details: fetched(24), changedMs: undefined, plannedAtMs: undefined },
    ...over,
  };
}

function series(id: number, over: Partial<TitleState> = {}): TitleState {
  return film(id, { mediaType: 'tv', subject: `tv/${id}`, ...over });
}

const due = (titles: readonly TitleState[], settings: Settings = defaultSettings) => dueTitles(titles, nowMs, settings);
const subjects = (titles: readonly { title: TitleState }[]) => titles.map(({ title }) => title.subject);
const days = (count: number) => count * 24;

describe('a title', () => {
  it('without details is due, and so is one whose row says nothing', () => {
    const [one] = due([film(1, { details: undefined })]);
    expect(one).toMatchObject({ worth: 1, isEarly: false, isFirst: false, why: '1 reads a day, no details yet' });
  });

  it('is due at its soft TTL, whatever it is worth, and early from half of it, where it is worth it', () => {
    const at = (hours: number) => due([film(1, { reads: 0, isRead: false, details: fetched(hours) })]);
    expect(at(336)).toMatchObject([{ isEarly: false, worth: 0, why: '0 reads a day, 14 days old' }]);
    expect(at(335)).toMatchObject([{ isEarly: true }]);
    expect(at(168)).toMatchObject([{ isEarly: true }]);
    expect(at(167)).toEqual([]);
  });

  it('is worth what has changed by now: of a hundred films seven in two weeks, of a hundred series 24', () => {
    const worthOf = (title: TitleState) =>
      due([{ ...title, isRead: false, reads: 100, details: fetched(336) }])[0]?.worth;
    expect(worthOf(film(1))).toBeCloseTo(100 * (1 - Math.exp(-0.005 * 14)), 6);
    expect(worthOf(series(1))).toBeCloseTo(100 * (1 - Math.exp(-0.02 * 14)), 6);
    const ended = { status: 'Ended', lastAirDate: '2013-09-29' };
    expect(due([series(1, { reads: 100, isRead: false, details: fetched(336, ended) })])[0]?.worth).toBeCloseTo(
      6.76,
      2,
    );
  });

  it('that is about to expire is due as if it were missing', () => {
    expect(due([film(1, { details: fetched(days(28)) })])).toMatchObject([
      { worth: 1, why: '1 reads a day, 28 days old, will expire' },
    ]);
    expect(due([film(1, { isRead: false, details: fetched(days(28) - 1) })])[0]?.worth).toBeLessThan(0.2);
  });

  it('that has been released of late, or will be soon, is due daily', () => {
    const released = (releaseDate: string | null, hours: number) =>
      due([film(1, { releaseDate, isRead: false, details: fetched(hours) })]);
    expect(released('2026-11-01', 24)).toMatchObject([
      { isEarly: false, why: '1 reads a day, released 2026-11-01, 1 day old' },
    ]);
    expect(released('2026-12-20', 24)).toHaveLength(1);
    expect(released('2026-11-01', 23)).toEqual([]);
    expect(released('2026-10-25', 24)).toEqual([]);
    expect(released(null, 24)).toEqual([]);
    expect(released('no date', 24)).toEqual([]);
  });

  it('that is airing is due daily, and on the day of an episode before all others', () => {
    const airing = series(1, { reads: 0.1, details: fetched(24, { lastAirDate: '2026-11-17' }) });
    const today = series(2, { reads: 0.01, details: fetched(24, { nextAirDate: '2026-11-23' }) });
    const missing = film(3, { reads: 1_000, details: undefined });
    const found = due([missing, airing, today]);
    expect(subjects(found)).toEqual(['tv/2', 'movie/3', 'tv/1']);
    expect(found[0]?.why).toBe('0.01 reads a day, an episode is aired today');
    expect(found[2]?.why).toBe('0.1 reads a day, airing, 1 day old');
    expect(due([series(2, { details: fetched(12, { nextAirDate: '2026-11-23' }) })])).toEqual([]);
  });

  it('in a list of changes is due at once, unless it was fetched since, and not twice in one period', () => {
    const changed = (hours: number, changedHours: number) =>
      due([film(1, { changedMs: nowMs - changedHours * hourMs, details: fetched(hours) })]);
    expect(changed(12, 1)).toMatchObject([{ worth: 1, why: "1 reads a day, in TMDB's list of changes" }]);
    expect(changed(11, 1)).toEqual([]);
    expect(changed(12, 13)).toEqual([]);
  });

  it('of which a part is unknown is due again a day after its fetch', () => {
    const unknown = ['credits'];
    expect(due([film(1, { details: fetched(24, { unknown }) })])).toMatchObject([
      { worth: 1, why: '1 reads a day, not known: credits' },
    ]);
    expect(due([film(1, { details: fetched(23, { unknown }) })])).toEqual([]);
  });

  it('whose part was missing of the last answer is old, but asked for once a day only', () => {
    const oldestMs = nowMs - days(20) * hourMs;
    expect(due([film(1, { details: fetched(23, { oldestMs }) })])).toEqual([]);
    expect(due([film(1, { details: fetched(24, { oldestMs }) })])).toMatchObject([
      { why: '1 reads a day, 20 days old' },
    ]);
  });

  it('that is read is worth a fetch for where to watch it, from the soft TTL of that on', () => {
    const watched = (hours: number, isRead: boolean) => due([film(1, { isRead, details: fetched(hours) })]);
    expect(watched(72, true)).toMatchObject([
      { isEarly: true, why: '1 reads a day, 3 days old, where to watch 3 days' },
    ]);
    expect(watched(71, true)).toEqual([]);
    expect(watched(72, false)).toEqual([]);
  });

  it('of which lists of changes say nothing is due later, and worth less', () => {
    const facts = { by: 'changes', rates: { movie: 0.1 } } as const;
    const listed = (hours: number, ttl: Partial<Settings['ttl']> = {}) => {
      const settings = { ...defaultSettings, ttl: { ...defaultSettings.ttl, ...ttl } };
      return dueTitles([film(1, { reads: 1, isRead: false, details: fetched(hours) })], nowMs, settings, facts);
    };
    expect(listed(336)).toEqual([]);
    expect(listed(360)).toMatchObject([{ isEarly: true, worth: 1 - Math.exp(-0.01 * 15) }]);
    expect(listed(days(29), { hardFactor: 9 })).toMatchObject([{ isEarly: true }]);
    expect(listed(days(30), { hardFactor: 9 })).toMatchObject([{ isEarly: false }]);
    expect(listed(days(28))).toMatchObject([{ isEarly: false, worth: 1 }]);
    const byAge = dueTitles([film(1, { isRead: false, details: fetched(336) })], nowMs, defaultSettings, {
      by: 'age',
      rates: { movie: 0.1 },
    });
    expect(byAge).toMatchObject([{ isEarly: false, worth: 1 - Math.exp(-0.1 * 14) }]);
  });

  it('of which the list is known only since it was fetched, or not at all, is due by age', () => {
    const dueBy = (media: 'movie' | 'tv', sinceMs: number) => {
      const facts = { by: 'changes', followed: new Map([[media, sinceMs]]) } as const;
      return dueTitles([film(1, { isRead: false, details: fetched(340) })], nowMs, defaultSettings, facts).length;
    };
    expect(dueBy('movie', nowMs - 340 * hourMs)).toBe(0);
    expect(dueBy('movie', nowMs - 339 * hourMs)).toBe(1);
    expect(dueBy('tv', nowMs - 340 * hourMs)).toBe(1);
  });

  it('that was planned within a day and has not come is in flight, dead or unknown to TMDB: it waits', () => {
    const planned = (hoursAgo: number, details: KeptDetails | undefined) =>
      due([film(1, { plannedAtMs: nowMs - hoursAgo * hourMs, details })]);
    expect(planned(4, undefined)).toEqual([]);
    expect(planned(4, fetched(days(20)))).toEqual([]);
    // Planned at midnight, stored as of the period of then.
    expect(planned(12, fetched(12, { unknown: ['credits'] }))).toEqual([]);
    expect(isHeld({ plannedAtMs: nowMs - 12 * hourMs, details: fetched(12) }, nowMs, defaultSettings)).toBe(false);
  });

  it('follows the settings: soft TTLs, and the period of the writer', () => {
    const settings = (over: Partial<Settings['details']>, ttl: Partial<Settings['ttl']> = {}): Settings => ({
      ...defaultSettings,
      details: { ...defaultSettings.details, ...over },
      ttl: { ...defaultSettings.ttl, ...ttl },
    });
    const old = film(1, { isRead: false, details: fetched(13) });
    expect(due([old])).toEqual([]);
    expect(due([old], settings({ softTtlHours: 13 }))).toMatchObject([{ isEarly: false }]);
    expect(due([{ ...old, isRead: true }], settings({ watchSoftTtlHours: 13 }))).toMatchObject([{ isEarly: true }]);
    expect(due([old], settings({ softTtlHours: 13 }, { titlePeriodHours: 14 }))).toEqual([]);
    expect(due([film(1, { details: undefined })], settings({ enabled: false }))).toEqual([]);
  });

  it('promises reads by its rank, fewer with each', () => {
    expect([1, 3, 19].map(readsByRank)).toEqual([0.5, 0.25, 0.05]);
  });
});

describe('the choice', () => {
  it('takes no more than there are calls, and of what is early what is worth its price', () => {
    const titles = due([
      film(1, { details: undefined }),
      film(2, { details: fetched(days(20)) }),
      film(3, { isRead: false, reads: 1, details: fetched(days(10)) }),
      film(4, { isRead: false, reads: 10, details: fetched(days(10)) }),
    ]);
    const of = (calls: number, leastWorth: number) => {
      const { chosen, leftOut } = chooseTitles(titles, { calls, leastWorth });
      return [subjects(chosen), subjects(leftOut)];
    };
    // Worth 1, 0.54, 0.49 and 0.05: the last two are early.
    expect(of(9, 0)).toEqual([['movie/1', 'movie/2', 'movie/4', 'movie/3'], []]);
    expect(of(9, 0.2)).toEqual([['movie/1', 'movie/2', 'movie/4'], []]);
    expect(of(1, 0.2)).toEqual([['movie/1'], ['movie/2', 'movie/4']]);
    expect([of(0, 0)[0], of(-3, 0)[0]]).toEqual([[], []]);
  });
});

const arbitraryDetails = fc
  .record({
    hours: fc.integer({ min: 0, max: days(60) }),
    older: fc.integer({ min: 0, max: days(30) }),
    watch: fc.option(fc.integer({ min: 0, max: days(20) }), { nil: undefined }),
    unknown: fc.subarray(['credits', 'keywords']),
    status: fc.constantFrom('Released', 'Ended', 'Returning Series', null),
    lastAirDate: fc.constantFrom('2026-11-20', '2026-11-23', '2011-01-01', null),
    nextAirDate: fc.constantFrom('2026-11-23', '2026-11-26', 'soon', null),
  })
  .map(({ hours, older, watch, ...rest }) =>
    fetched(hours, {
      ...rest,
      imdbId: null,
      oldestMs: nowMs - (hours + older) * hourMs,
      watchMs: watch === undefined ? undefined : nowMs - (hours + watch) * hourMs,
    }),
  );

const arbitraryTitle = fc
  .record({
    mediaType: fc.constantFrom('movie' as const, 'tv' as const),
    id: fc.integer({ min: 1, max: 500 }),
    reads: fc.double({ min: 0, max: 1e6, noNaN: true }),
    isRead: fc.boolean(),
    releaseDate: fc.constantFrom('2026-11-10', '1999-10-15', '', null),
    details: fc.option(arbitraryDetails, { nil: undefined }),
    changedMs: fc.option(
      fc.integer({ min: 0, max: 400 }).map((hours) => nowMs - hours * hourMs),
      { nil: undefined },
    ),
    plannedAtMs: fc.option(
      fc.integer({ min: 0, max: 24 }).map((hours) => nowMs - hours * hourMs),
      { nil: undefined },
    ),
  })
  .map((some): TitleState => ({ ...some, subject: `${some.mediaType}/${some.id}`, place: undefined }));
const arbitraryTitles = fc.uniqueArray(arbitraryTitle, { selector: ({ subject }) => subject, maxLength: 60 });
const arbitraryBudget = fc.record({
  calls: fc.integer({ min: 0, max: 80 }),
  leastWorth: fc.double({ min: 0, max: 5, noNaN: true }),
});

describe('whatever titles there are', () => {
  const planOf = (titles: readonly TitleState[], budget: { calls: number; leastWorth: number }) =>
    chooseTitles(due(titles), budget);

  it('never above the budget, none twice, none that is held, and nothing left out while there is room', () => {
    fc.assert(
      fc.property(arbitraryTitles, arbitraryBudget, (titles, budget) => {
        const { chosen, leftOut } = planOf(titles, budget);
        expect(chosen.length).toBeLessThanOrEqual(budget.calls);
        const all = subjects([...chosen, ...leftOut]);
        expect(new Set(all).size).toBe(all.length);
        expect(leftOut.length === 0 || chosen.length === budget.calls).toBe(true);
        for (const { title, isEarly, worth, why } of chosen) {
          expect(title.details === undefined || nowMs - title.details.latestMs >= 12 * hourMs).toBe(true);
          expect(isHeld(title, nowMs, defaultSettings)).toBe(false);
          expect(!isEarly || worth >= budget.leastWorth).toBe(true);
          expect(Number.isFinite(worth) && worth >= 0 && why.length <= 300).toBe(true);
        }
      }),
    );
  });

  it('episodes of today come first, then what is worth most, and what is missing before what is stale', () => {
    fc.assert(
      fc.property(arbitraryTitles, (titles) => {
        const found = due(titles);
        for (const [at, one] of found.entries()) {
          const next = found[at + 1];
          if (next !== undefined) {
            expect(Number(one.isFirst)).toBeGreaterThanOrEqual(Number(next.isFirst));
            const isSameClass = one.isFirst === next.isFirst;
            expect(!isSameClass || one.worth >= next.worth).toBe(true);
            const ties = isSameClass && one.worth === next.worth;
            expect(ties && next.title.details === undefined && one.title.details !== undefined).toBe(false);
          }
        }
      }),
    );
  });

  it('of equal worth what is missing comes first', () => {
    const changed = film(1, { changedMs: nowMs });
    expect(subjects(due([changed, film(2, { details: undefined })]))).toEqual(['movie/2', 'movie/1']);
  });

  it('in any order the same', () => {
    fc.assert(
      fc.property(
        arbitraryTitles.chain((titles) =>
          fc.tuple(fc.constant(titles), fc.shuffledSubarray(titles, { minLength: titles.length })),
        ),
        ([titles, shuffled]) => {
          expect(due(shuffled)).toEqual(due(titles));
        },
      ),
    );
  });

  it('more reads never cost a title its place', () => {
    fc.assert(
      fc.property(
        arbitraryTitles.filter(({ length }) => length > 0),
        arbitraryBudget,
        fc.nat(),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (titles, budget, index, more) => {
          const lucky = titles[index % titles.length] as TitleState;
          const raised = titles.map((title) => (title === lucky ? { ...title, reads: title.reads + more } : title));
          const placeIn = (some: readonly TitleState[]) => subjects(planOf(some, budget).chosen).indexOf(lucky.subject);
          const [before, after] = [placeIn(titles), placeIn(raised)];
          expect(before < 0 || (after >= 0 && after <= before)).toBe(true);
        },
      ),
    );
  });

  it('everything is due at the soft TTL if the budget allows, unless it was planned within the day', () => {
    fc.assert(
      fc.property(arbitraryTitles, (titles) => {
        const chosen = new Set(subjects(planOf(titles, { calls: 1_000, leastWorth: Number.POSITIVE_INFINITY }).chosen));
        for (const { subject, details, plannedAtMs } of titles) {
          const isOld = details === undefined || nowMs - details.latestMs >= 336 * hourMs;
          expect(chosen.has(subject) || !isOld || plannedAtMs !== undefined).toBe(true);
        }
      }),
    );
  });

  it('without details in the settings nothing', () => {
    const off = { ...defaultSettings, details: { ...defaultSettings.details, enabled: false } };
    fc.assert(fc.property(arbitraryTitles, (titles) => due(titles, off).length === 0));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasteOf } from '../../../src/reader/recommend/candidates.ts';
import { explain, type ScoreContext, scoreCandidates } from '../../../src/reader/recommend/score.ts';
import type { ListRow } from '../../../src/shared/tables/read-list.ts';
import { arbitraryCandidate, likedTitle, noParts, scoreContext, scoredAs } from '../../support/recommend-world.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

/** Not rated well enough to be said of. */
const plain: Partial<ListRow> = { voteAverage: 6, genreIds: [18] };
const inGenre = [{ feed: sampleFeed({ category: 'genre_18' }), rank: 1 }];
const inFeed = (...feeds: Parameters<typeof sampleFeed>[0][]) =>
  feeds.map((over) => ({ feed: sampleFeed(over), rank: 1 }));

const why = (row: Partial<ListRow>, context: Partial<ScoreContext> = {}, places = inGenre, parts = noParts) =>
  explain({ ...scoredAs(0.5, { ...plain, ...row }, places), parts }, scoreContext(context));

describe('why a title was picked', () => {
  it('is what it has in common with a liked one: the nearest', () => {
    const taste = tasteOf(
      [
        likedTitle({ title: 'Alien', genreIds: [27, 878] }),
        likedTitle({ title: 'Heat', genreIds: [80, 18] }),
        likedTitle({ title: 'Network', genreIds: [18] }),
      ],
      [],
    );
    expect(why({ genreIds: [18] }, { taste })).toBe('like Network');
    expect(why({ genreIds: [18, 80, 53] }, { taste })).toBe('like Heat');
  });

  it('is not a liked one that shares less than half', () => {
    const taste = tasteOf([likedTitle({ title: 'Heat', genreIds: [80, 18, 53] })], []);
    expect(why({ genreIds: [18] }, { taste })).toBe('in the lists now');
    expect(why({ genreIds: [18, 80, 53, 28, 12] }, { taste })).toBe('like Heat');
  });

  it('is a genre that was asked for', () => {
    expect(why({ genreIds: [35, 27] }, { taste: tasteOf([], [27]) })).toBe('a genre you asked for');
    expect(why({ genreIds: [35] }, { taste: tasteOf([], [27]) })).toBe('in the lists now');
  });

  it.each([
    ['trending', 'trending now'],
    ['award_winning', 'highly rated by many'],
    ['hidden_gems', 'a hidden gem'],
    ['popular', 'popular now'],
    ['genre_18', 'in the lists now'],
  ])('is its place in %s', (category, phrase) => {
    expect(why({}, {}, inFeed({ category }))).toBe(phrase);
  });

  it.each([
    ['local_originals', 'made in DE'],
    ['trending', 'trending in DE'],
    ['popular', 'popular in DE'],
  ])('is its place in the region’s %s', (category, phrase) => {
    expect(why({}, { region: 'DE' }, inFeed({ category, region: 'DE', language: 'de-DE' }))).toBe(phrase);
  });

  it('is the region’s place where it has both, and what says more comes first', () => {
    const region = { region: 'DE', language: 'de-DE' };
    const places = inFeed({ category: 'popular' }, { category: 'popular', ...region }, { category: 'trending' });
    expect(why({}, { region: 'DE' }, places)).toBe('trending now; popular in DE');
  });

  it('is the time of day', () => {
    expect(why({}, { hour: 23 }, inGenre, { ...noParts, dayPart: 0.5 })).toBe('for the night');
    expect(why({}, { hour: 12 }, inGenre, { ...noParts, dayPart: 0.1 })).toBe('for the day');
    expect(why({}, { hour: 12 }, inGenre, noParts)).toBe('in the lists now');
  });

  it.each([
    [7.5, 20, 'rated 7.5'],
    [8.438, 27_044, 'rated 8.4'],
    [7.49, 27_044, 'in the lists now'],
    [9.9, 19, 'in the lists now'],
  ])('is a rating of %d by %i', (voteAverage, voteCount, phrase) => {
    expect(why({ voteAverage, voteCount })).toBe(phrase);
  });

  it('is two reasons at the most: what concerns the viewer before what concerns all', () => {
    const taste = tasteOf([likedTitle({ title: 'Network', genreIds: [18] })], [18]);
    const parts = { ...noParts, dayPart: 1 };
    const rated = { voteAverage: 9, voteCount: 1_000 };
    const places = inFeed({ category: 'trending' }, { category: 'popular' });
    expect(why(rated, { taste, hour: 12 }, places, parts)).toBe('like Network; a genre you asked for');
    expect(why(rated, { hour: 12 }, places, parts)).toBe('trending now; popular now');
    expect(why(rated, { hour: 12 }, inGenre, parts)).toBe('for the day; rated 9.0');
  });

  it('is never nothing, and never more than two, for any candidate', () => {
    const asked = fc.record({
      hour: fc.option(fc.integer({ min: 0, max: 23 }), { nil: undefined }),
      region: fc.constantFrom('global', 'DE'),
      taste: fc.constantFrom(tasteOf([], []), tasteOf([likedTitle({ title: 'Heat', genreIds: [18] })], [35])),
    });
    fc.assert(
      fc.property(arbitraryCandidate, asked, (candidate, over) => {
        const context = scoreContext(over);
        const [scored] = scoreCandidates([candidate], context);
        const text = scored === undefined ? '' : explain(scored, context);
        expect(text).not.toBe('');
        expect(text.split('; ').length).toBeLessThanOrEqual(2);
        expect(text).not.toMatch(/undefined|null|NaN|global/);
      }),
    );
  });
});

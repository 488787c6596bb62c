import type { Mutation } from '../campaign/source-copy.ts';

/** Known bugs of recommendations, and of what readers fetch themselves. */
export const readerMutations: readonly Mutation[] = [
  {
    name: 'what was seen is recommended',
    file: 'reader/recommend/recommend.ts',
    find: '[...input.liked, ...input.seen]',
    replace: '[...input.liked]',
    why: 'viewers would be told what they know',
  },
  {
    name: 'what was liked is recommended',
    file: 'reader/recommend/recommend.ts',
    find: '[...input.liked, ...input.seen]',
    replace: '[...input.seen]',
    why: 'viewers would be told what they know',
  },
  {
    name: 'a title is a candidate in each of its lists',
    file: 'reader/recommend/candidates.ts',
    find: 'candidates.set(key, joined(candidates.get(key), row, feed));',
    replace: 'candidates.set(key + feed.category, joined(candidates.get(key), row, feed));',
    why: 'popular titles would be recommended several times',
    seeds: [304089],
  },
  {
    name: 'recommendations know a few titles of a list only',
    file: 'reader/recommend/candidates.ts',
    find: 'of rows.filter(allowed)',
    replace: 'of rows.filter(allowed).slice(0, 2)',
    why: 'most titles would never be recommended',
    seeds: [502290],
  },
  {
    name: 'each list that is missing is fetched for a recommendation',
    file: 'reader/recommend/gather.ts',
    find: 'lists.read(feed, everything, false)',
    replace: 'lists.read(feed, everything, true)',
    why: 'one viewer would take the share of the rate that all readers have',
  },
  {
    name: 'what could not be read is kept quiet',
    file: 'reader/recommend/gather.ts',
    find: '...(problem && { problem })',
    replace: '...(problem && {})',
    why: 'a recommendation from one list would pass for one from all; this bug was there until a history found it',
    seeds: [367],
  },
  {
    name: 'a failed call for a list or a title is made again at once',
    file: 'reader/tiers.ts',
    find: ': live.failureSeconds)',
    replace: ': live.failureSeconds / 100)',
    why: 'an outage would be met with a call for each read',
    seeds: [639893],
  },
  {
    name: 'an empty list is asked for at each read',
    file: 'reader/list-reader.ts',
    find: 'nowMs: number): boolean | undefined {\n  const life = listLife(found) ?? empty;',
    replace: 'nowMs: number): boolean | undefined {\n  const life = listLife(found) ?? (empty && undefined);',
    why: 'a list that TMDB serves empty for good would take a call for each read of it',
    seeds: [500077],
  },
];

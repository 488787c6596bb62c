import { describe, expect, it } from 'vitest';
import { formatDetails } from '../../src/cli/format-text.ts';
import type { TitleDetails } from '../../src/reader/reader-api.ts';
import { detailFieldList, partNames } from '../../src/shared/queues/details/title-parts.ts';

const at = '2026-11-23T00:00:00.000Z';
const service = (id: number, name: string | null) => ({ id, name, logoPath: null });
const unknown = Object.fromEntries(detailFieldList.map(({ name }) => [name, null])) as unknown as TitleDetails;
const details: TitleDetails = {
  ...unknown,
  runtimeMinutes: 47,
  status: 'Ended',
  tagline: null,
  genres: [{ id: 18, name: 'Drama' }],
  collection: null,
  series: {
    seasons: 5,
    episodes: 62,
    inProduction: false,
    last: { season: 5, episode: 16, airDate: '2013-09-29', name: 'Felina' },
    next: null,
  },
  keywords: [],
  cast: [{ id: 17_419, name: 'Bryan\u001b[31m Cranston', character: null, profilePath: null }],
  crew: [{ id: 66_633, name: 'Vince Gilligan', job: 'Creator' }],
  externalIds: { imdb: 'tt0903747', tvdb: 81_189, wikidata: null },
  certifications: { DE: '16' },
  videos: null,
  recommendations: [{ mediaType: 'tv', id: 60_059 }],
  region: 'DE',
  regionProblem: null,
  certification: '16',
  watch: {
    link: 'https://www.themoviedb.org/tv/1396/watch?locale=DE',
    subscription: [service(8, 'Netflix'), service(9, null)],
    ...{ rent: [], buy: [], free: [], ads: [] },
    attribution: 'by JustWatch',
    fetchedAt: at,
  },
  fetchedAt: {
    ...{ base: at, keywords: at, credits: at, externalIds: at, certifications: at, watch: at },
    ...{ videos: null, recommendations: at },
  },
  stale: ['watch'],
  unknown: ['videos'],
};

describe('details for people', () => {
  const text = formatDetails(details).join('\n\n');

  it.each([
    /^runtime +47 min$/m,
    /^tagline +–$/m,
    /^genres +Drama \(18\)$/m,
    /^certification in DE +16$/m,
    /^series +5 seasons, 62 episodes$/m,
    /^last episode +5×16 Felina, 2013-09-29$/m,
    /^next episode +–$/m,
    /^ids elsewhere +imdb tt0903747, tvdb 81189$/m,
    /^Vince Gilligan +Creator$/m,
    /^where to watch in DE\nhow +on\nsubscription +Netflix \(8\), service 9\nhttps:\/\/www\.themoviedb\.org\/tv\/1396.*\nby JustWatch$/m,
    /^recommended by TMDB\ntv:60059$/m,
    /^watch +2026-11-23T00:00:00\.000Z \(stale\)$/m,
    /^videos +unknown$/m,
  ])('say %s', (line) => {
    expect(text).toMatch(line);
  });

  it('name nothing that is unknown as if it were empty, and have no control characters', () => {
    expect(text).not.toContain('trailers');
    expect(text.replaceAll('\n', ' ')).not.toMatch(/\p{Cc}|undefined|null/u);
  });

  it('say of each fact that its part is unknown, which is not that it has none', () => {
    const nothing = { ...details, ...unknown, region: 'DE', regionProblem: null, certification: null };
    const facts = (parts: TitleDetails['unknown']) =>
      Object.fromEntries(
        (formatDetails({ ...nothing, unknown: parts })[0] ?? '').split('\n').map((line) => line.split(/ {2,}/)),
      );
    expect(new Set(Object.values(facts(partNames)).slice(2))).toEqual(new Set(['unknown']));
    expect(facts(['certifications', 'keywords'])).toMatchObject({
      ...{ keywords: 'unknown', 'certification in DE': 'unknown' },
      ...{ runtime: '–', collection: '–', 'ids elsewhere': '–', 'next episode': '–' },
    });
    const notKept = formatDetails({ ...nothing, unknown: [], regionProblem: 'DE is not kept' });
    expect(notKept[0]).toMatch(/^certification in DE +not kept$/m);
  });

  it('count one season and one episode', () => {
    const series = { seasons: 1, episodes: 1, inProduction: false, last: null, next: null };
    expect(formatDetails({ ...details, series })[0]).toMatch(/^series +1 season, 1 episode$/m);
    const unsaid = { ...series, seasons: null, episodes: null };
    expect(formatDetails({ ...details, series: unsaid })[0]).toMatch(/^series +\? seasons, \? episodes$/m);
  });

  it('say why there is nothing of a region, and that nobody offers a title', () => {
    const regionProblem = 'services of BR are not kept: kept are those of DE';
    expect(formatDetails({ ...details, watch: null, regionProblem }).join('\n')).toContain(regionProblem);
    const offers = { ...details.watch, link: null, subscription: [] } as TitleDetails['watch'];
    expect(formatDetails({ ...details, watch: offers }).join('\n')).toContain('nobody offers it\nby JustWatch');
  });
});

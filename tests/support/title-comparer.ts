/**
 * What a normalized title must say, field by field, straight from TMDB's answer and the documented rules. It shares no code with what it
 * checks: no schema, no list of fields.
 */
// biome-ignore lint/suspicious/noExplicitAny: recorded JSON, which the comparer must not read through a schema of its own.
export type Json = Record<string, any>;

/** The differences between `whole` and what `raw` tells; empty when there are none. `kept`: languages, the default first, and countries. */
export function titleProblems(
  raw: Json,
  mediaType: 'movie' | 'tv',
  whole: { cards: Json[]; parts: Json },
  kept: { languages: string[]; countries: string[] },
): string[] {
  const problems: string[] = [];
  const compare = (what: string, is: unknown, wanted: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(wanted)) {
      problems.push(`${what}: ${JSON.stringify(is)} in place of ${JSON.stringify(wanted)}`);
    }
  };
  const wanted = mediaType === 'movie' ? wantedOfMovie(raw, kept.countries) : wantedOfSeries(raw, kept.countries);
  compare('parts', Object.keys(whole.parts).sort(), Object.keys(wanted).sort());
  for (const [part, fields] of Object.entries(wanted)) {
    compare(`fields of ${part}`, Object.keys(whole.parts[part] ?? {}).sort(), Object.keys(fields).sort());
    for (const [name, value] of Object.entries(fields)) {
      compare(name, whole.parts[part]?.[name], value);
    }
  }
  const cards = wantedCards(raw, kept.languages);
  compare(
    'languages',
    whole.cards.map((card) => card.language),
    cards.map((card) => card.language),
  );
  cards.forEach(({ language, title, overview }, index) => {
    compare(`title in ${language}`, whole.cards[index]?.title.title, title);
    compare(`overview in ${language}`, whole.cards[index]?.title.overview, overview);
    compare(`poster in ${language}`, whole.cards[index]?.title.posterPath, raw.poster_path || null);
  });
  return problems;
}

function wantedCards(raw: Json, languages: string[]) {
  const original = raw.original_title || raw.original_name;
  const first = { language: languages[0], title: raw.title || raw.name || original, overview: raw.overview || '' };
  if (!raw.translations) {
    return [first];
  }
  const others = languages.slice(1).map((language) => {
    const [iso639, iso3166] = language.split('-');
    const row = raw.translations.translations.find(
      (one: Json) => one.iso_639_1 === iso639 && one.iso_3166_1 === iso3166,
    );
    if (row && !row.data) {
      return undefined;
    }
    return {
      language,
      title: row?.data.title || row?.data.name || original,
      overview: row?.data.overview || '',
    };
  });
  return [first, ...others.filter((card) => card !== undefined)];
}

function wantedOfMovie(raw: Json, countries: string[]): Json {
  return withoutMissing({
    base: {
      ...common(raw),
      runtimeMinutes: raw.runtime || null,
      collection: nameAndId(raw.belongs_to_collection),
      series: null,
    },
    keywords: raw.keywords && { keywords: raw.keywords.keywords.map(nameAndId).slice(0, 20) },
    credits: raw.credits && {
      cast: [...raw.credits.cast]
        .sort((a, b) => a.order - b.order)
        .filter(firstOfId)
        .slice(0, 10)
        .map((one: Json) => ({
          id: one.id,
          name: one.name,
          character: one.character.trim() || null,
          profilePath: one.profile_path,
        })),
      crew: fewOfEachJob(raw.credits.crew.map(({ id, name, job }: Json) => ({ id, name, job }))),
    },
    certifications: raw.release_dates && {
      certifications: byCountry(countries, (country) => movieCertification(raw, country)),
    },
    ...otherParts(raw, countries),
  });
}

function wantedOfSeries(raw: Json, countries: string[]): Json {
  const { last_episode_to_air: last, next_episode_to_air: next } = raw;
  return withoutMissing({
    base: {
      ...common(raw),
      runtimeMinutes: last?.runtime || next?.runtime || raw.episode_run_time?.[0] || null,
      collection: null,
      series: {
        seasons: raw.number_of_seasons,
        episodes: raw.number_of_episodes,
        inProduction: raw.in_production,
        last: episode(last),
        next: episode(next),
      },
    },
    keywords: raw.keywords && { keywords: raw.keywords.results.map(nameAndId).slice(0, 20) },
    credits: raw.aggregate_credits && {
      cast: [...raw.aggregate_credits.cast]
        .sort((a, b) => b.total_episode_count - a.total_episode_count || a.order - b.order)
        .slice(0, 10)
        .map((one: Json) => ({
          id: one.id,
          name: one.name,
          character: [...one.roles].sort((a, b) => b.episode_count - a.episode_count)[0].character.trim() || null,
          profilePath: one.profile_path,
        })),
      crew: fewOfEachJob([
        ...raw.created_by.map(({ id, name }: Json) => ({ id, name, job: 'Creator' })),
        ...[...raw.aggregate_credits.crew]
          .sort((a, b) => b.total_episode_count - a.total_episode_count)
          .flatMap(({ id, name, jobs }: Json) => jobs.map(({ job }: Json) => ({ id, name, job }))),
      ]),
    },
    certifications: raw.content_ratings && {
      certifications: byCountry(countries, (country) => seriesCertification(raw, country)),
    },
    ...otherParts(raw, countries),
  });
}

function common(raw: Json) {
  return {
    status: raw.status || null,
    tagline: raw.tagline || null,
    genres: raw.genres.map(nameAndId),
    // Answers that were recorded before TMDB told it of films lack it.
    originCountries: raw.origin_country ?? null,
  };
}

function otherParts(raw: Json, countries: string[]): Json {
  const offers = raw['watch/providers']?.results;
  return {
    externalIds: raw.external_ids && {
      externalIds: {
        imdb: /^tt\d{7,}$/.test(raw.external_ids.imdb_id ?? '') ? raw.external_ids.imdb_id : null,
        tvdb: raw.external_ids.tvdb_id || null,
        wikidata: /^Q\d+$/.test(raw.external_ids.wikidata_id ?? '') ? raw.external_ids.wikidata_id : null,
      },
    },
    watch: offers && { watch: byCountry(countries, (country) => offers[country] && servicesOf(offers[country])) },
    videos: raw.videos && { videos: bestTrailers(raw.videos.results) },
    recommendations: raw.recommendations && {
      recommendations: raw.recommendations.results
        .filter((one: Json) => ['movie', 'tv'].includes(one.media_type))
        .slice(0, 20)
        .map((one: Json) => ({ mediaType: one.media_type, id: one.id })),
    },
  };
}

function nameAndId(one: Json | null | undefined) {
  return one ? { id: one.id, name: one.name } : null;
}

function episode(one: Json | null | undefined) {
  return one
    ? { season: one.season_number, episode: one.episode_number, airDate: one.air_date || null, name: one.name || null }
    : null;
}

function firstOfId(one: Json, index: number, all: Json[]) {
  return all.findIndex(({ id }) => id === one.id) === index;
}

function fewOfEachJob(people: Json[]): Json[] {
  const jobs = [
    'Creator',
    'Director',
    'Co-Director',
    'Screenplay',
    'Writer',
    'Story',
    'Novel',
    'Original Music Composer',
  ];
  return jobs
    .flatMap((job) =>
      people
        .filter((one) => one.job === job)
        .filter(firstOfId)
        .slice(0, 3),
    )
    .slice(0, 8);
}

/** Theatrical first (3), then 2, 4, 5, 6, 1; of one type the earliest. */
function movieCertification(raw: Json, country: string): string | null {
  const rows: Json[] = raw.release_dates.results
    .filter((one: Json) => one.iso_3166_1 === country)
    .flatMap((one: Json) => one.release_dates)
    .filter((one: Json) => one.certification.trim() !== '');
  for (const type of [3, 2, 4, 5, 6, 1]) {
    const ofType = rows.filter((one) => one.type === type);
    if (ofType.length > 0) {
      const earliest = ofType.map((one) => Date.parse(one.release_date)).sort((a, b) => a - b)[0];
      const texts = ofType
        .filter((one) => Date.parse(one.release_date) === earliest)
        .map((one) => one.certification.trim());
      return texts.sort().at(-1) ?? null;
    }
  }
  return null;
}

/** Strictest first; what the recordings hold twice for one country is written down by hand. */
const strictestFirst: Record<string, string[]> = {
  AU: ['R 18+', 'R18+'],
  BR: ['18', '16'],
  DE: ['18', '16'],
  ES: ['18', '16'],
  FR: ['16', '12'],
  IN: ['A', 'U'],
  MX: ['C', 'B-15'],
  PT: ['18', '16', '12AP'],
};

function seriesCertification(raw: Json, country: string): string | null {
  const ratings: string[] = raw.content_ratings.results
    .filter((one: Json) => one.iso_3166_1 === country && one.rating !== '')
    .map((one: Json) => one.rating);
  if (ratings.length < 2) {
    return ratings[0] ?? null;
  }
  const known = strictestFirst[country]?.find((rating) => ratings.includes(rating));
  // In Australia the same rating is written in two ways: either will do.
  return country === 'AU' ? (ratings.sort().at(-1) ?? null) : (known ?? `not written down: ${ratings}`);
}

function servicesOf(offer: Json): Json {
  const words = { subscription: 'flatrate', rent: 'rent', buy: 'buy', free: 'free', ads: 'ads' };
  const wanted: Json = { link: offer.link ?? null };
  for (const [word, theirs] of Object.entries(words)) {
    if (offer[theirs]) {
      wanted[word] = [...offer[theirs]]
        .sort((a, b) => a.display_priority - b.display_priority || a.provider_id - b.provider_id)
        .map((one: Json) => one.provider_id)
        .slice(0, 30);
    }
  }
  return wanted;
}

function bestTrailers(rows: Json[]): Json[] {
  const use = (one: Json) => ['Trailer', 'Teaser', 'Clip'].indexOf(one.type) * 2 + (one.official === true ? 0 : 1);
  return rows
    .filter((one) => ['Trailer', 'Teaser', 'Clip'].includes(one.type) && ['YouTube', 'Vimeo'].includes(one.site))
    .sort((a, b) => use(a) - use(b) || (a.published_at < b.published_at ? 1 : a.published_at > b.published_at ? -1 : 0))
    .slice(0, 3)
    .map((one) => ({
      site: one.site,
      key: one.key,
      type: one.type,
      language: one.iso_639_1,
      official: one.official === true,
    }));
}

function byCountry(countries: string[], value: (country: string) => unknown): Json {
  return Object.fromEntries(countries.map((country) => [country, value(country) ?? null]));
}

function withoutMissing(parts: Json): Json {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part));
}

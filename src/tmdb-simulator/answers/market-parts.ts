/** What of a title differs by country: ratings, releases and services. */
import type { CatalogueTitle } from '../catalogue/catalogue.ts';
import { certificationIn, type Release, ratedCountries, releasesIn } from '../catalogue/certifications.ts';
import { monetizations, offersOf, type Service, serviceRegions, servicesIn } from '../catalogue/services.ts';
import { dateOfDay } from '../clock.ts';
import { unitFrom } from '../seeded-random.ts';
import type { Row } from './answer.ts';

const siteRoot = 'https://www.themoviedb.org';

/** The releases of a movie in each country where it comes out. Several have a row without certification, and some only a later one has it. */
export function releaseDates(title: CatalogueTitle): Row {
  const results = ratedCountries.flatMap((country) => {
    const releases = releasesIn(title, country);
    return releases.length === 0 ? [] : [{ iso_3166_1: country, release_dates: releases.map(releaseRow) }];
  });
  return { results };
}

function releaseRow({ type, day, certification }: Release): Row {
  return {
    certification,
    descriptors: [],
    iso_639_1: '',
    note: '',
    release_date: `${dateOfDay(day)}T00:00:00.000Z`,
    type,
  };
}

/** The ratings of a series by country; a few countries have two. */
export function contentRatings(title: CatalogueTitle): Row {
  const results = ratedCountries.flatMap((country) => {
    const rating = certificationIn(title, country);
    const row = { descriptors: [], iso_3166_1: country, rating };
    if (rating === '') {
      return [];
    }
    return country === 'DE' && unitFrom(title.seed, 'rated twice') < 0.1 ? [row, { ...row, rating: '18' }] : [row];
  });
  return { results };
}

/** Where a title can be watched: regions and ways in which nobody offers it are left out. */
export function watchProviders(title: CatalogueTitle): Row {
  const found = serviceRegions.flatMap((region) => {
    const offers = monetizations.flatMap((way) => {
      const services = offersOf(title, region, way);
      return services.length === 0 ? [] : [[way, services.map(providerRow)] as const];
    });
    const link = `${siteRoot}/${title.mediaType}/${title.id}/watch?locale=${region}`;
    return offers.length === 0 ? [] : [[region, { link, ...Object.fromEntries(offers) }] as const];
  });
  return { results: Object.fromEntries(found) };
}

/** The answer of `/watch/providers/{media}`: the services of a region, of all regions without one. */
export function providerList(region: string | undefined): Row[] {
  const regions = region === undefined ? serviceRegions : [region];
  const all = new Map(regions.flatMap((one) => servicesIn(one).map((service) => [service.id, service] as const)));
  return [...all.values()].map((service) => {
    const known = serviceRegions.filter((one) => servicesIn(one).includes(service));
    const priorities = known.map((one) => [one, service.priority]);
    return { display_priorities: Object.fromEntries(priorities), ...providerRow(service) };
  });
}

function providerRow({ id, name, logoPath, priority }: Service): Row {
  return { logo_path: logoPath, provider_id: id, provider_name: name, display_priority: priority };
}

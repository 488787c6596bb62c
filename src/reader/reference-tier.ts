/**
 * Where images are and what services are called: the same for all titles, and of days ago without harm. It is read from the table in the
 * background, hourly at most, and reads do not wait for it. Only the first title whose details are asked for does, since services would
 * have no names there.
 */
import { hourMs, minuteMs, within } from '../shared/core/clock.ts';
import type { WatchService } from '../shared/queues/details/watch.ts';
import type { Images } from '../shared/queues/reference.ts';
import { type ReferenceRows, servicesById } from '../shared/tables/reference-row.ts';
import { isLive } from '../shared/tables/row.ts';
import type { Background } from './background.ts';
import type { Aged } from './provenance.ts';
import type { TierDependencies } from './tiers.ts';

/** Until the pipeline has fetched it. Source: TMDB's `/configuration`, November 2026. */
export const builtInImages: Images = {
  baseUrl: 'https://image.tmdb.org/t/p/',
  posterSizes: ['w92', 'w154', 'w185', 'w342', 'w500', 'w780', 'original'],
  backdropSizes: ['w300', 'w780', 'w1280', 'original'],
  profileSizes: ['w45', 'w185', 'h632', 'original'],
  logoSizes: ['w45', 'w92', 'w154', 'w185', 'w300', 'w500', 'original'],
  stillSizes: ['w92', 'w185', 'w300', 'original'],
};

/** How long what was read counts, and how soon it is looked for again where a row was missing or the table did not answer. */
const keptMs = hourMs;
const lookAgainMs = 5 * minuteMs;

/** Names of services may come at any time: an answer without them is good for as long as until they are looked for again. */
export function namelessLife({ fetchedAt, expiresAtMs }: Aged, nowMs: number): Aged {
  return { fetchedAt, freshUntilMs: nowMs + lookAgainMs, expiresAtMs };
}

/** What answers are completed with. Never rejects. */
export type ReferenceTier = {
  images(): Images;
  /** The service with TMDB's id; without name and logo where they are unknown. */
  service(id: number): WatchService;
  /** Waits for the first read of this process, no longer than a read of the table may take. */
  ready(): Promise<void>;
};

/** The reference data of one process. Without details in the settings nothing is read: nobody fetches it then. */
export function referenceTier(deps: TierDependencies & { background: Background }): ReferenceTier {
  const { clock, settings } = deps;
  let rows: ReferenceRows = {};
  let services: ReturnType<typeof servicesById> = new Map();
  let dueAtMs = Number.NEGATIVE_INFINITY;
  let first: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    // Rows that cannot be read are not reported: the next fetch replaces them, and answers do without them.
    rows = { ...rows, ...(await deps.catalog.readReference()) };
    services = servicesById(rows.services, clock.nowMs());
    const isWhole = rows.configuration !== undefined && rows.services !== undefined;
    dueAtMs = clock.monotonicMs() + (isWhole ? keptMs : lookAgainMs);
  };
  const loadWhenDue = (): void => {
    if (!settings.details.enabled || clock.monotonicMs() < dueAtMs) {
      return;
    }
    dueAtMs = clock.monotonicMs() + lookAgainMs;
    const loading = load();
    // Answers do without it, and a table that cannot be read is told of by reads of titles and lists.
    const settled = loading.catch(() => undefined);
    deps.background.run('reading names of services', () => settled);
    first ??= within(settings.reader.tableTimeoutMs, settled, undefined, clock);
  };
  return {
    images: () => {
      loadWhenDue();
      const { configuration } = rows;
      return configuration !== undefined && isLive(configuration, clock.nowMs()) ? configuration.images : builtInImages;
    },
    service: (id) => services.get(id) ?? { id, name: null, logoPath: null },
    ready: async () => {
      loadWhenDue();
      await first;
    },
  };
}

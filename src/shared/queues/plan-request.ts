import * as z from 'zod';
import {
  askedLanguageSchema,
  askedRegionSchema,
  categorySchema,
  type Feed,
  feedMediaSchema,
  feedSchema,
  maxPage,
  mediaTypes,
} from '../core/feed.ts';
import { shown } from '../core/shown-text.ts';
import { scheduleNames } from '../settings/schedule.ts';
import { maxTmdbId } from './item-page.ts';

/** What EventBridge Scheduler sends: `occurrence` is the scheduler's `<aws.scheduler.scheduled-time>`. */
export const scheduledRequestSchema = z.object({
  kind: z.literal('schedule'),
  version: z.literal(1),
  schedule: z.enum(scheduleNames),
  occurrence: z.iso.datetime(),
});

export type ScheduledRequest = z.infer<typeof scheduledRequestSchema>;

/** The `detail` of an ad-hoc event: every combination of its members is a feed. Without `languages`, each region has its own language. */
export const fetchRequestSchema = z
  .object({
    version: z.literal(1),
    category: categorySchema,
    media: z.array(feedMediaSchema).min(1).max(3),
    regions: z.array(askedRegionSchema).min(1).max(60),
    languages: z.array(askedLanguageSchema).min(1).max(60).optional(),
    pages: z
      .int(`pages must be a whole number from 1 to ${maxPage}`)
      .min(1, `pages must be from 1 to ${maxPage}`)
      .max(maxPage, `pages must be from 1 to ${maxPage}`),
    /** Feeds whose jobs are in flight are deduplicated, unless this is true. */
    force: z.boolean().optional(),
  })
  .superRefine((request, context) => {
    // Whether a feed exists does not depend on its language, so any language will do for this check.
    for (const feed of feedsOf(request, () => 'en-US')) {
      const parsed = feedSchema.safeParse(feed);
      if (!parsed.success) {
        context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'no such feed' });
        return;
      }
    }
  });

export type FetchRequest = z.infer<typeof fetchRequestSchema>;

/** The most titles of one request. */
const mostTitles = 200;
const idWords = {
  error: ({ input }: { input?: unknown }) =>
    `'${shown(input)}' is no TMDB id: allowed are whole numbers from 1 to ${maxTmdbId}`,
};
const countWords = {
  error: ({ input }: { input?: unknown }) =>
    `${Array.isArray(input) ? input.length : 'no'} titles are named: allowed are 1 to ${mostTitles}`,
};

const titleRefSchema = z.object({
  mediaType: z.enum(mediaTypes, `mediaType is none of ${mediaTypes.join(', ')}`),
  id: z.int(idWords).min(1, idWords).max(maxTmdbId, idWords),
});

/** Members of a request for lists, which one for titles cannot have. */
const listMembers = ['category', 'media', 'regions', 'languages', 'pages'] as const;

/** The `detail` of an ad-hoc event that asks for whole titles: each of them is fetched, however fresh it is. */
export const titlesRequestSchema = z
  .looseObject({
    version: z.literal(1),
    titles: z.array(titleRefSchema, countWords).min(1, countWords).max(mostTitles, countWords),
  })
  .superRefine(({ titles, ...others }, context) => {
    const names = titles.map(titleName);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined) {
      context.addIssue({ code: 'custom', path: ['titles'], message: `${twice} is named twice: allowed is once` });
    }
    const mixed = listMembers.find((member) => member in others);
    if (mixed !== undefined) {
      const message = `${mixed} is of a request for lists: allowed are either lists or titles`;
      context.addIssue({ code: 'custom', path: [mixed], message });
    }
  })
  .transform(({ version, titles }) => ({ version, titles }));

export type TitlesRequest = z.infer<typeof titlesRequestSchema>;

/** `movie:550`, as people name a title. */
export function titleName({ mediaType, id }: TitlesRequest['titles'][number]): string {
  return `${mediaType}:${id}`;
}

/** Sources of all stacks (src/shared/settings/stack-names.ts); a stack's rule lets only its own through. */
const eventSource = /^tmdb-pipeline(\.[A-Za-z][A-Za-z0-9-]*)?$/;

/** An ad-hoc request as EventBridge delivers it; its `id` is the same on every delivery. */
export const adHocEventSchema = z.object({
  id: z.string().min(1).max(100),
  source: z.string().regex(eventSource),
  'detail-type': z.literal('Fetch Requested'),
  time: z.iso.datetime(),
  detail: z.unknown().transform((detail, context): FetchRequest | TitlesRequest => {
    const schema = isObject(detail) && 'titles' in detail ? titlesRequestSchema : fetchRequestSchema;
    return parsedBy<FetchRequest | TitlesRequest>(schema, detail, context);
  }),
});

export type AdHocEvent = z.infer<typeof adHocEventSchema>;

/** Every event of the planner. An event of the bus has a `source`; the input of the scheduler has a `kind`. */
export const plannerEventSchema = z.unknown().transform((event, context): ScheduledRequest | AdHocEvent => {
  const schema = isObject(event) && 'source' in event ? adHocEventSchema : scheduledRequestSchema;
  return parsedBy<ScheduledRequest | AdHocEvent>(schema, event, context);
});

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Parses by the schema of what a value is meant to be: a union would only tell that it is neither. */
function parsedBy<T>(schema: z.ZodType<T>, value: unknown, context: z.core.ParsePayload): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    context.issues.push(...(parsed.error.issues as typeof context.issues));
    return z.NEVER;
  }
  return parsed.data;
}

/** The feeds of a request, each once. `languageOf` gives the language of a region if the request names none. */
export function feedsOf(
  request: Omit<FetchRequest, 'version' | 'pages' | 'force'>,
  languageOf: (region: string) => string,
): Feed[] {
  return [...new Set(request.media)].flatMap((media) =>
    [...new Set(request.regions)].flatMap((region) =>
      [...new Set(request.languages ?? [languageOf(region)])].map((language) => ({
        category: request.category,
        media,
        region,
        language,
      })),
    ),
  );
}

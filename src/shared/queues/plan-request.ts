import * as z from 'zod';
import {
  askedLanguageSchema,
  askedRegionSchema,
  categorySchema,
  type Feed,
  feedMediaSchema,
  feedSchema,
  maxPage,
} from '../core/feed.ts';
import { scheduleNames } from '../settings/schedule.ts';

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

/** Sources of all stacks (src/shared/settings/stack-names.ts); a stack's rule lets only its own through. */
const eventSource = /^tmdb-pipeline(\.[A-Za-z][A-Za-z0-9-]*)?$/;

/** An ad-hoc request as EventBridge delivers it; its `id` is the same on every delivery. */
export const adHocEventSchema = z.object({
  id: z.string().min(1).max(100),
  source: z.string().regex(eventSource),
  'detail-type': z.literal('Fetch Requested'),
  time: z.iso.datetime(),
  detail: fetchRequestSchema,
});

export type AdHocEvent = z.infer<typeof adHocEventSchema>;

/** Every event of the planner. An event of the bus has a `source`; the input of the scheduler has a `kind`. */
export const plannerEventSchema = z.unknown().transform((event, context): ScheduledRequest | AdHocEvent => {
  const isAdHoc = typeof event === 'object' && event !== null && 'source' in event;
  const parsed = (isAdHoc ? adHocEventSchema : scheduledRequestSchema).safeParse(event);
  if (!parsed.success) {
    context.issues.push(...(parsed.error.issues as typeof context.issues));
    return z.NEVER;
  }
  return parsed.data;
});

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

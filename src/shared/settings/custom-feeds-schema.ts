/** The schema of own feeds: a name, a medium, and any query of TMDB's `/discover`. */
import * as z from 'zod';
import { askedLanguageSchema, customNamePattern, maxPage, mediaTypes, namedCategories } from '../core/feed.ts';
import { shown } from '../core/shown-text.ts';
import { checkQuery } from './discover-query.ts';
import { customDefaults } from './feed-rules.ts';

/** More would be a plan of its own. */
const mostFeeds = 20;

/** Names that would be taken for another feed, or that objects have by themselves. */
const reservedNames: readonly string[] = [
  ...namedCategories,
  'genre',
  'keyword',
  'custom',
  '__proto__',
  'constructor',
  'prototype',
];

const nameSchema = z
  .string({ error: 'a name is missing or no text: allowed are 1 to 40 of a-z, 0-9 and _' })
  .regex(customNamePattern, { error: 'allowed are names of 1 to 40 of a-z, 0-9 and _', abort: true })
  .refine((name) => !reservedNames.includes(name), {
    error: ({ input }) => `the name '${shown(input)}' is reserved: allowed is any other than ${reservedNames.join(', ')}`,
  });

const customFeedSchema = z
  .strictObject({
    name: nameSchema,
    /** What it lists: discover knows no list of both. */
    media: z.enum(mediaTypes, { error: `allowed are ${mediaTypes.join(' and ')}` }),
    /** TMDB's parameters, checked by `checkQuery`. Days may be relative to the snapshot's, such as `today-42d`. */
    query: z.record(z.string(), z.unknown(), { error: "the query is missing or no object: allowed are TMDB's parameters of /discover" }),
    pages: z.int().min(1).max(maxPage).default(customDefaults.pages),
    softTtlHours: z.number().positive().default(customDefaults.softTtlHours),
    /** The run that keeps it; refreshes do so between. */
    schedule: z.enum(['daily', 'weekly'], { error: 'allowed are daily and weekly' }).default(customDefaults.schedule),
    /** In which it is planned, and read where a reader names none. Default: `defaultLanguage`. */
    language: askedLanguageSchema.optional(),
  })
  .transform((feed, context) => {
    const checked = checkQuery(feed.media, feed.query);
    if ('query' in checked) {
      return { ...feed, query: checked.query };
    }
    const { problem, parameter } = checked;
    // A parameter that may hold a secret is not named by the path, since the value at the path is shown.
    context.addIssue({ code: 'custom', message: problem, path: ['query', ...(parameter === undefined ? [] : [parameter])] });
    return z.NEVER;
  });

/** The own feeds of the settings. */
export const customFeedsSchema = z
  .array(customFeedSchema)
  .max(mostFeeds, { error: ({ input }) => `${Array.isArray(input) ? input.length : 'too many'} own feeds: allowed are at most ${mostFeeds}` })
  .superRefine((feeds, context) => {
    const names = feeds.map(({ name }) => name);
    const twice = names.findIndex((name, index) => names.indexOf(name) < index);
    if (twice !== -1) {
      const message = `two own feeds have the name '${names[twice]}': allowed is each name once`;
      context.addIssue({ code: 'custom', message, path: [twice, 'name'] });
    }
  });

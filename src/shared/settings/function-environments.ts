/**
 * The environment of each function as a schema: names of resources and addresses only, since Lambda allows 4 KB for all variables. Settings
 * are a file beside the bundle (function-settings.ts). The handler parses its environment at cold start; the embedded runtime and the
 * deployment provide it. Resource names have no defaults: a missing one is an error.
 */
import * as z from 'zod';

const common = {
  /** Namespace of the custom metrics: the name of the stack. */
  POWERTOOLS_METRICS_NAMESPACE: z.string().min(1),
};

/** Source of the token: exactly one of the two. */
const token = {
  /** In a deployment: name of the SecureString parameter that holds TMDB's API Read Access Token. */
  TMDB_TOKEN_PARAMETER: z.string().min(1).optional(),
  /** In the embedded stack, which has no Parameter Store: the token itself. */
  TMDB_API_TOKEN: z.string().min(1).optional(),
};

type Token = { TMDB_TOKEN_PARAMETER?: string | undefined; TMDB_API_TOKEN?: string | undefined };

function hasOneToken(environment: Token): boolean {
  return (environment.TMDB_API_TOKEN === undefined) !== (environment.TMDB_TOKEN_PARAMETER === undefined);
}

const oneToken = { path: ['TMDB_API_TOKEN or TMDB_TOKEN_PARAMETER'], message: 'exactly one of the two' };

/** The planner calls TMDB for its lists of changes. */
export const plannerEnvironmentSchema = z
  .object({
    ...common,
    ...token,
    CATALOG_TABLE: z.string().min(1),
    CONTROL_TABLE: z.string().min(1),
    FETCH_QUEUE_URL: z.url(),
    TMDB_BASE_URL: z.url(),
  })
  .refine(hasOneToken, oneToken);

export const workerEnvironmentSchema = z
  .object({
    ...common,
    ...token,
    CONTROL_TABLE: z.string().min(1),
    FETCH_QUEUE_URL: z.url(),
    FETCH_DLQ_URL: z.url(),
    ITEM_QUEUE_URL: z.url(),
    TMDB_BASE_URL: z.url(),
  })
  .refine(hasOneToken, oneToken);

export const readerEnvironmentSchema = z
  .object({
    ...common,
    ...token,
    CATALOG_TABLE: z.string().min(1),
    CONTROL_TABLE: z.string().min(1),
    FETCH_QUEUE_URL: z.url(),
    ITEM_QUEUE_URL: z.url(),
    TMDB_BASE_URL: z.url(),
    /** Origins whose pages may read the answers, with commas between them (`deployment.reader.cors.origins`). */
    CORS_ORIGINS: z.string().optional(),
  })
  .refine(hasOneToken, oneToken);

/** What a page of an origin in `CORS_ORIGINS` may do, beside what every page may. */
export const crossOrigin = {
  /** Headers of an answer that its script may read. */
  exposedHeaders: 'ETag, Cache-Status, Age, Retry-After',
  /** The header that its script may send. */
  acceptedHeader: 'If-None-Match',
  /** How long a browser need not ask again before it sends that; browsers cut longer times to two hours. */
  preflightSeconds: 7_200,
} as const;

export const writerEnvironmentSchema = z.object({
  ...common,
  ITEM_DLQ_URL: z.url(),
  CATALOG_TABLE: z.string().min(1),
  CONTROL_TABLE: z.string().min(1),
});

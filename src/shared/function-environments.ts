/**
 * The environment of each function, as one schema that its handler parses at cold start and that whoever starts the
 * function (embedded runtime, deployment) builds. Resource names have no defaults: a missing one is an error.
 */
import * as z from 'zod';

const common = {
  /** JSON laid over the default settings; see `settingsFrom`. */
  SETTINGS_OVERRIDES: z.string().optional(),
};

export const plannerEnvironmentSchema = z.object({
  ...common,
  CATALOG_TABLE: z.string().min(1),
  CONTROL_TABLE: z.string().min(1),
  FETCH_QUEUE_URL: z.url(),
});

export const workerEnvironmentSchema = z.object({
  ...common,
  CONTROL_TABLE: z.string().min(1),
  FETCH_QUEUE_URL: z.url(),
  FETCH_DLQ_URL: z.url(),
  ITEM_QUEUE_URL: z.url(),
  TMDB_BASE_URL: z.url(),
  /** TMDB's API Read Access Token. */
  TMDB_API_TOKEN: z.string().min(1),
});

export const writerEnvironmentSchema = z.object({
  ...common,
  ITEM_DLQ_URL: z.url(),
  CATALOG_TABLE: z.string().min(1),
  CONTROL_TABLE: z.string().min(1),
});

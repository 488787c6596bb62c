/**
 * Both tables. The embedded stack and the deployment create them from these definitions.
 */
export type TableDefinition = {
  /** Name of the table in the embedded stack and the default name in a deployment. */
  name: string;
  keys: readonly KeyAttribute[];
  indexes: readonly { name: string; keys: readonly KeyAttribute[]; projection: 'ALL' }[];
  /** Number attribute for DynamoDB's time to live, in epoch seconds. */
  ttlAttribute: string;
};

/** A string key attribute. */
export type KeyAttribute = { attribute: string; type: 'HASH' | 'RANGE' };

/** Index that returns a feed with one query. */
export const categoryIndex = 'CategoryContentTypeIndex';

/** Titles and pages of lists. */
export const catalogTable: TableDefinition = {
  name: 'MovieRecCache',
  keys: [
    { attribute: 'mediaId', type: 'HASH' },
    { attribute: 'mediaType', type: 'RANGE' },
  ],
  indexes: [
    {
      name: categoryIndex,
      keys: [
        { attribute: 'category', type: 'HASH' },
        { attribute: 'contentType', type: 'RANGE' },
      ],
      projection: 'ALL',
    },
  ],
  ttlAttribute: 'expiresAt',
};

/** State of the pipeline: idempotency records of runs, feed heads, in-flight marks, rate schedules, the breaker, leases, counters. */
export const controlTable: TableDefinition = {
  name: 'PipelineControl',
  keys: [{ attribute: 'id', type: 'HASH' }],
  indexes: [],
  ttlAttribute: 'expiration',
};

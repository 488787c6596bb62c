/**
 * Both tables, described once: the embedded stack creates them from this, and so does the deployment.
 * The members carry the names of DynamoDB's own CreateTable request.
 */
export type TableDefinition = {
  /** Name of the table in the embedded stack and the default name in a deployment. */
  name: string;
  keys: readonly KeyAttribute[];
  indexes: readonly { name: string; keys: readonly KeyAttribute[]; projection: 'ALL' }[];
  /** Number attribute in epoch seconds that DynamoDB's time to live reads. */
  ttlAttribute: string;
};

/** A string key attribute. */
export type KeyAttribute = { attribute: string; type: 'HASH' | 'RANGE' };

/** Index that answers a feed in one query. */
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

/** The planner's idempotency records, one head per feed, the rate schedule and the breaker. */
export const controlTable: TableDefinition = {
  name: 'PipelineControl',
  keys: [{ attribute: 'id', type: 'HASH' }],
  indexes: [],
  ttlAttribute: 'expiration',
};

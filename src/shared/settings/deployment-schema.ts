import * as z from 'zod';

const units = z.int().min(1);
/** Units of a table or an index, or of both together. */
const throughput = z.strictObject({ readUnits: units, writeUnits: units });

/** What an account has free of charge, over all its tables and indexes. Source: DynamoDB pricing, November 2026. */
const freeProvisionedUnits = 25;

/** Capacity of the catalog table and its index. */
export const capacitySchema = z
  .strictObject({
    /** `on-demand` is billed by the unit; `provisioned` has the units below, and the writer keeps to them. */
    mode: z.enum(['on-demand', 'provisioned']),
    catalog: throughput,
    index: throughput,
  })
  .refine(
    ({ mode, catalog, index }) =>
      mode === 'on-demand' ||
      Math.max(catalog.readUnits + index.readUnits, catalog.writeUnits + index.writeUnits) <= freeProvisionedUnits,
    `catalog and index together are beyond the ${freeProvisionedUnits} free units: use the mode on-demand`,
  );

/** Retention periods that CloudWatch Logs knows, up to a year. Source: PutRetentionPolicy, November 2026. */
const retentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365]);

/** What concerns the deployment alone: no function is told. */
export const deploymentSchema = z.strictObject({
  /** Schedule group and queues are named after it, and a group's name ends at 64 characters. */
  stackName: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,53}$/, 'a stack name has up to 54 letters, digits and hyphens'),
  /** Where alarms go. Without it they go to the topic only, which nobody hears until somebody subscribes. */
  alarmEmail: z.email().optional(),
  /** Where this repository's docs/operations.md can be read: alarms link to its sections. */
  runbookUrl: z.url().optional(),
  /** SecureString parameter that holds the TMDB token. */
  tokenParameter: z.string().regex(/^(\/[\w.-]+)+$/, 'a parameter name is a path such as /tmdb-pipeline/tmdb-token'),
  catalogTable: z.strictObject({
    name: z.string().regex(/^[\w.-]{3,255}$/, 'a table name has 3 to 255 letters, digits, _ . -'),
    /** Whether the table is there already: then it is used as it is, and not created. */
    existing: z.boolean(),
    /** Restore to any second of the last 35 days; billed by size. */
    pointInTimeRecovery: z.boolean(),
    /** What becomes of the table when the stack is deleted. */
    removalPolicy: z.enum(['destroy', 'retain']),
  }),
  reader: z.strictObject({
    /** Who may call the reader's URL: who IAM lets (`iam`), or everybody (`public`); `none`: there is no URL, only the library. */
    url: z.enum(['iam', 'public', 'none']),
    /** Reads that are expected; only the modelled bill knows them. */
    readsPerDay: z.int().min(0),
  }),
  logRetentionDays: retentionDays,
  /** What the month may cost: the line in the dashboard's cost graph. */
  monthlyBudgetUsd: z.number().positive(),
});

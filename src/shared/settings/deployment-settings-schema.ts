/** The schema of what a deployment needs: the tables' capacity, queues, names, retention and the budget. */
import * as z from 'zod';

const units = z.int().min(1);
/** Units of a table or an index, or of both together. */
const throughput = z.strictObject({ readUnits: units, writeUnits: units });

/** Free provisioned units of an account, for all its tables and indexes together. Source: DynamoDB pricing, November 2026. */
const freeProvisionedUnits = 25;

/** Capacity of the catalog table and its index. */
export const capacitySchema = z
  .strictObject({
    /** `on-demand`: billed by use. `provisioned`: the units below, and the writer limits its pace to them. */
    mode: z.enum(['on-demand', 'provisioned']),
    catalog: throughput,
    index: throughput,
  })
  .refine(
    ({ mode, catalog, index }) =>
      mode === 'on-demand' ||
      Math.max(catalog.readUnits + index.readUnits, catalog.writeUnits + index.writeUnits) <= freeProvisionedUnits,
    `catalog and index together exceed the ${freeProvisionedUnits} free units: use fewer units or the mode on-demand`,
  );

/** Retention periods that CloudWatch Logs supports, up to a year. Source: PutRetentionPolicy, November 2026. */
const retentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365]);

/** Longest list of origins. Lambda allows 4 KB for all variables of a function, of which this is one. */
const mostOriginCharacters = 2_000;

/** Parts of hosts that browsers send, and that mean something else here: wildcards, and the commas between origins in a variable. */
const reserved = /[*,]/;

/** What is wrong with an origin as a browser sends it in the header `Origin` (RFC 6454, 6.2), if anything. */
function originProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (text === '*' || (url?.origin === text && /^https?:/.test(text) && !reserved.test(url.hostname))) {
    return undefined;
  }
  const meant = url !== undefined && /^https?:$/.test(url.protocol) && !reserved.test(url.hostname) ? url.origin : '';
  return meant === ''
    ? 'allowed are origins such as https://app.example or http://localhost:5173, without a wildcard or a comma in them, and * for all'
    : `a browser sends this origin as ${meant.slice(0, 100)}: write it so`;
}

/** Origins of the pages whose scripts may read what the reader answers: exact ones, or `*` alone. */
const originsSchema = z
  .array(
    z.string('allowed are texts').superRefine((text, context) => {
      const problem = originProblem(text);
      if (problem !== undefined) {
        context.addIssue({ code: 'custom', message: problem });
      }
    }),
  )
  .refine((origins) => new Set(origins).size === origins.length, 'an origin is given twice')
  .refine((origins) => !origins.includes('*') || origins.length === 1, '* allows every origin: leave the others out')
  .refine(
    (origins) => origins.join().length <= mostOriginCharacters,
    `the origins are longer than the ${mostOriginCharacters} characters that are allowed together`,
  );

/** How the reader is reached, and by how many at once. */
const readerDeploymentSchema = z
  .strictObject({
    /** The reader's URL: `iam` requires IAM authentication, `public` is open to everybody, `none` means no URL (library only). */
    url: z.enum(['iam', 'public', 'none']),
    /** Whether CloudFront answers for the public URL from its caches. The function's own URL requires IAM then. */
    cdn: z.boolean(),
    /** CORS: the pages of other origins whose scripts may read what the URL answers; none by default. */
    cors: z.strictObject({ origins: originsSchema }),
    /** Most containers of the reader at once, reserved from the account's quota. Without it the account's quota is the limit. */
    reservedConcurrency: z.int().min(1).optional(),
    /** Expected number of reads. Only the cost model uses it. */
    readsPerDay: z.int().min(0),
  })
  .refine(({ url, cdn, reservedConcurrency }) => url !== 'public' || cdn || reservedConcurrency !== undefined, {
    path: ['url'],
    message:
      'everybody could take all of the account’s concurrent executions: set deployment.reader.cdn to true, or deployment.reader.reservedConcurrency to a number',
  })
  .refine(({ url, cdn }) => !cdn || url === 'public', {
    path: ['cdn'],
    message: 'CloudFront answers everybody, without IAM: set deployment.reader.url to public, or leave the CDN out',
  });

/** Settings of the deployment alone, which functions do not receive. */
export const deploymentSchema = z.strictObject({
  /**
   * Queues, schedules, dashboard, metrics and events are named after the stack, and so are table and parameter unless they are named below
   * (src/shared/settings/stack-names.ts). The name of a schedule group is limited to 64 characters.
   */
  stackName: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,53}$/, 'a stack name has up to 54 letters, digits and hyphens'),
  /** E-mail address for alarms. Without it they go to the SNS topic only, which has no subscriber by default. */
  alarmEmail: z.email().optional(),
  /** URL of this repository's docs/operations.md: alarms link to its sections. */
  runbookUrl: z.url().optional(),
  /** SecureString parameter that holds the TMDB token. */
  tokenParameter: z.string().regex(/^(\/[\w.-]+)+$/, 'a parameter name is a path such as /tmdb-pipeline/tmdb-token'),
  catalogTable: z.strictObject({
    name: z.string().regex(/^[\w.-]{3,255}$/, 'a table name has 3 to 255 letters, digits, _ . -'),
    /** Whether the table exists already. If so, the deployment uses it as it is. */
    existing: z.boolean(),
    /** Restore to any second of the last 35 days; billed by size. */
    pointInTimeRecovery: z.boolean(),
    /** What happens to the table when the stack is deleted. */
    removalPolicy: z.enum(['destroy', 'retain']),
  }),
  reader: readerDeploymentSchema,
  logRetentionDays: retentionDays,
  /** Whether AWS X-Ray records a trace of a part of the invocations; billed by traces. */
  tracing: z.boolean(),
  /**
   * What a deployment of new code or settings does when it fails. `none`: all invocations use the new version at once. `alarms`: each function
   * has an alias, CodeDeploy shifts it in two steps, and an error of the new version between them rolls the whole deployment back
   * (docs/adr/0032).
   */
  rollback: z.enum(['none', 'alarms']),
  /** Budget of a month, shown as a line in the dashboard's cost graph. */
  monthlyBudgetUsd: z.number().positive(),
});

/** A queue and its dead-letter queue. */
export const queueSchema = z
  .strictObject({
    /** Receives after which SQS moves a message to the dead-letter queue. Only crashes and poison messages reach it. */
    maxReceiveCount: z.int().min(5),
    retentionDays: z.number().min(1).max(4),
    deadLetterRetentionDays: z.number().min(1).max(14),
  })
  .refine(({ retentionDays, deadLetterRetentionDays }) => deadLetterRetentionDays > retentionDays, {
    path: ['deadLetterRetentionDays'],
    message:
      'SQS counts the age of a dead letter from its first sending, so one could expire when it arrives: use more than retentionDays',
  });

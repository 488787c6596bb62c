/**
 * CloudWatch's embedded metric format, as its specification has it: what a line of output must be for CloudWatch Logs to make
 * metrics of it. A line that is not is kept as a log line, and its metrics are silently lost.
 * Source: "Specification: Embedded metric format", Amazon CloudWatch user guide, with the event size of PutLogEvents' reference;
 * both as read in November 2026.
 */
import * as z from 'zod';

/** Units of `MetricDatum`. */
export const emfUnits = [
  ...['Seconds', 'Microseconds', 'Milliseconds'],
  ...['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'],
  ...['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'],
  ...['Percent', 'Count'],
  ...['Bytes/Second', 'Kilobytes/Second', 'Megabytes/Second', 'Gigabytes/Second', 'Terabytes/Second'],
  ...['Bits/Second', 'Kilobits/Second', 'Megabits/Second', 'Gigabits/Second', 'Terabits/Second'],
  ...['Count/Second', 'None'],
] as const;

/** UTF-8 bytes of one log event; 256 KB until 2025. */
const eventBytes = 1_048_576;
const nameLength = 1_024;
const dimensionNameLength = 250;
const dimensionValueLength = 1_024;
const dimensionsPerSet = 30;
const metricsPerDirective = 100;
const valuesPerMetric = 100;

const metricDefinitionSchema = z.strictObject({
  Name: z.string().min(1).max(nameLength),
  Unit: z.enum(emfUnits).optional(),
  StorageResolution: z.literal([1, 60]).optional(),
});

const metricDirectiveSchema = z.strictObject({
  Namespace: z.string().min(1).max(nameLength),
  /** At least one set, which may be empty. */
  Dimensions: z.array(z.array(z.string().min(1).max(dimensionNameLength)).max(dimensionsPerSet)).min(1),
  Metrics: z.array(metricDefinitionSchema).max(metricsPerDirective),
});

/**
 * A metric's value: a number, or several. JSON has no others than finite ones. Beside the specification CloudWatch takes values with
 * counts: its agent and AWS's own writers of the format (open-telemetry's awsemfexporter, awslabs/metrique) write them, and
 * metrique's documentation says that sums, averages and percentiles are the same in both forms.
 */
const metricTargetSchema = z.union([
  z.number(),
  z.array(z.number()).max(valuesPerMetric),
  z
    .strictObject({
      Values: z.array(z.number()).min(1).max(valuesPerMetric),
      Counts: z.array(z.number().positive()),
    })
    .refine(({ Values, Counts }) => Values.length === Counts.length, 'there are not as many counts as values'),
]);
const dimensionTargetSchema = z.string().min(1).max(dimensionValueLength);

/** One document: the directives, and on the root every member they name. Other members of the root are free. */
export const emfDocumentSchema = z
  .looseObject({
    _aws: z.strictObject({
      /** Milliseconds of the epoch: thirteen digits, so that seconds and microseconds are told apart. */
      Timestamp: z.int().min(1_000_000_000_000).max(9_999_999_999_999),
      CloudWatchMetrics: z.array(metricDirectiveSchema),
    }),
  })
  .superRefine((root, context) => {
    const check = (kind: string, name: string, schema: z.ZodType) => {
      // Own members only: each object has a `constructor`, and none of them is a target.
      const target = Object.hasOwn(root, name) ? root[name] : undefined;
      for (const { message } of schema.safeParse(target).error?.issues ?? []) {
        context.addIssue({ code: 'custom', path: [name], message: `${kind} target: ${message}` });
      }
    };
    for (const { Dimensions, Metrics } of root._aws.CloudWatchMetrics) {
      for (const name of Dimensions.flat()) {
        check('dimension', name, dimensionTargetSchema);
      }
      for (const { Name } of Metrics) {
        check('metric', Name, metricTargetSchema);
      }
    }
  });

export type EmfDocument = z.infer<typeof emfDocumentSchema>;

/** What keeps CloudWatch from making metrics of a line, as `path: reason`; empty when nothing does. */
export function emfProblems(line: string): string[] {
  const bytes = Buffer.byteLength(line);
  const tooLarge = bytes > eventBytes ? [`line: ${bytes} bytes, allowed are ${eventBytes}`] : [];
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return [...tooLarge, 'line: not JSON, or something stands before or after it'];
  }
  const issues = emfDocumentSchema.safeParse(json).error?.issues ?? [];
  return [...tooLarge, ...issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`)];
}

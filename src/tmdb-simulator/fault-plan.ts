import * as z from 'zod';

/** Every fault that can be injected; `http/inject-fault.ts` shows what a client sees of each. */
export const faultKinds = [
  'throttle',
  'serverError',
  'badGateway',
  'unavailable',
  'gatewayTimeout',
  'blackHole',
  'slowBody',
  'truncatedJson',
  'gzipWithoutHeader',
  'emptyBody',
  'wrongContentType',
  'resetMidBody',
  'hugeBody',
  'redirect',
  'unauthorized',
  'notFound',
  'emptyList',
  'missingPart',
] as const;

/** Every oddity: a change to an answer that still succeeds. */
export const oddityNames = ['personsInTrending', 'duplicatesAtPageBorders', 'volatileJitter', 'oddRows'] as const;

/** One rule: the fault, its probability for each matching request, and how often it is injected at most. */
const faultRuleSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** Probability for each matching request, 0 to 1; default 1. */
  probability: z.number().min(0).max(1).default(1),
  /** How many requests it is injected into at most; default: no limit. */
  times: z.int().min(0).optional(),
  /** Text that the path and query of the request must contain; default: every request. */
  path: z.string().optional(),
  /** The appended part that a `missingPart` leaves out; default: the credits and the keywords, for which it was reported. */
  part: z.string().optional(),
  /** `Retry-After` of a `throttle`, sent unchanged; default: no such header, as at TMDB. */
  retryAfter: z.string().optional(),
  /** Duration of a `slowBody` (default 5,000), or the delay before any other fault (default 0), in milliseconds. */
  delayMs: z.number().min(0).optional(),
  /** Target of a `redirect`; default a host that does not exist. */
  location: z.string().optional(),
});

/** The faults and oddities of a simulator. Rules are tried in order; the first that fires decides. */
const faultPlanSchema = z.strictObject({
  rules: z.array(faultRuleSchema).default([]),
  /** `/trending/all` contains persons too. */
  personsInTrending: z.boolean().default(false),
  /** Each page starts with the last row of the page before. */
  duplicatesAtPageBorders: z.boolean().default(false),
  /** The figures of a title differ slightly between lists. */
  volatileJitter: z.boolean().default(false),
  /** Pages carry rows that break the contract: null, missing, wrong and unknown fields. */
  oddRows: z.boolean().default(false),
});

/** A fault by name. */
export type FaultKind = (typeof faultKinds)[number];

/** A fault plan as it is written: fields with a default are optional. */
export type FaultPlan = z.input<typeof faultPlanSchema>;

/** A fault plan with its defaults filled in. */
export type CompleteFaultPlan = z.output<typeof faultPlanSchema>;

/** One rule with its defaults filled in. */
export type FaultRule = z.output<typeof faultRuleSchema>;

/** The oddities of a plan. */
export type Oddities = Pick<CompleteFaultPlan, (typeof oddityNames)[number]>;

/** Fills in a plan's defaults. Throws an Error that names the first invalid field. */
export function completeFaultPlan(plan: unknown): CompleteFaultPlan {
  const parsed = faultPlanSchema.safeParse(plan);
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the plan' : `"${issue.path.join('.')}"`;
  throw new Error(`Not a fault plan: ${where} is wrong: ${issue?.message ?? 'unknown reason'}.`, {
    cause: parsed.error,
  });
}

/**
 * Reads a plan from one line such as `throttle=0.1,blackHole,personsInTrending`: faults with a probability (default 1) and
 * oddities by name, separated by commas. Throws an Error that names the invalid part and what is allowed.
 */
export function parseFaultSpec(text: string): FaultPlan {
  const plan: FaultPlan & { rules: z.input<typeof faultRuleSchema>[] } = { rules: [] };
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [name = '', value] = part.split(/=(.*)/s);
    const oddity = oddityNames.find((known) => known === name);
    if (oddity !== undefined && value === undefined) {
      plan[oddity] = true;
    } else {
      plan.rules.push({ kind: faultKindOf(name, part), probability: probabilityOf(value, part) });
    }
  }
  return plan;
}

function faultKindOf(name: string, part: string): FaultKind {
  const kind = faultKinds.find((known) => known === name);
  if (kind === undefined) {
    throw new Error(
      `"${part}" is no fault: allowed are ${faultKinds.join(', ')}, each also as NAME=PROBABILITY, and without a value ${oddityNames.join(', ')}.`,
    );
  }
  return kind;
}

function probabilityOf(value: string | undefined, part: string): number {
  const probability = value === undefined ? 1 : Number(value === '' ? Number.NaN : value);
  if (!(probability >= 0 && probability <= 1)) {
    throw new Error(`"${part}" has no probability that can be used: allowed is a number from 0 to 1.`);
  }
  return probability;
}

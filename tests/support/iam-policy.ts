/**
 * A small evaluator of IAM policies, for the policies that this project writes: statements of Allow and Deny with actions, resources,
 * service principals and four kinds of conditions. It refuses (throws) whatever else it finds, so that no verdict rests on a part of
 * a policy that was skipped. Why not a library: docs/adr/0033.
 */
import * as z from 'zod';

/** A call as IAM sees it. */
export type IamCall = {
  /** Such as `sqs:SendMessage`. */
  action: string;
  /** ARN. */
  resource: string;
  /** The calling service or `*`, for the policy of a resource or of a role's trust. The policy of a role has no principals. */
  principal?: string;
  /** Condition keys of the call, such as `aws:SourceArn`. A key that is not here is absent from the call. */
  context?: Readonly<Record<string, string>>;
};

/** A statement, its parts as lists. `principals` is undefined in the policy of an identity. */
export type Statement = {
  effect: 'Allow' | 'Deny';
  actions: readonly string[];
  resources: readonly string[];
  principals?: readonly string[] | undefined;
  conditions: readonly { operator: ConditionOperator; key: string; values: readonly string[] }[];
};

const oneOrMore = z.union([z.string(), z.boolean(), z.array(z.string())]);
const conditionOperators = ['StringEquals', 'ArnEquals', 'ArnLike', 'Bool'] as const;
type ConditionOperator = (typeof conditionOperators)[number];

/** Strict: a member that is not named here, such as NotAction, is refused. */
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore.optional(),
  Principal: z
    .union([z.literal('*'), z.strictObject({ Service: oneOrMore }), z.strictObject({ AWS: z.literal('*') })])
    .optional(),
  Condition: z.partialRecord(z.enum(conditionOperators), z.record(z.string(), oneOrMore)).optional(),
});

/**
 * Reads a statement whose references are resolved. A trust policy has no resource; it is about the role itself.
 * @throws for anything that the evaluator does not know.
 */
export function parseStatement(json: unknown): Statement {
  const { Effect, Action, Resource: resource = '*', Principal, Condition = {} } = statementSchema.parse(json);
  return {
    effect: Effect,
    actions: listOf(Action),
    resources: listOf(resource),
    principals: Principal === undefined ? undefined : principalsOf(Principal),
    conditions: Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({
        operator: operator as ConditionOperator,
        key,
        values: listOf(values),
      })),
    ),
  };
}

function principalsOf(principal: '*' | { Service: string | boolean | string[] } | { AWS: '*' }): string[] {
  if (principal === '*' || 'AWS' in principal) {
    return ['*'];
  }
  return listOf(principal.Service);
}

function listOf(value: string | boolean | readonly string[]): string[] {
  return Array.isArray(value) ? [...value] : [String(value)];
}

/** Whether the policies allow a call: a statement allows it, and none denies it. */
export function allows(statements: readonly Statement[], call: IamCall): boolean {
  const matching = statements.filter((statement) => matches(statement, call));
  return matching.some(({ effect }) => effect === 'Allow') && !matching.some(({ effect }) => effect === 'Deny');
}

/** Whether a statement is about a call. */
export function matches({ actions, resources, principals, conditions }: Statement, call: IamCall): boolean {
  return (
    // IAM takes actions in any case; ours are written as AWS documents them.
    actions.some((action) => globMatches(action, call.action)) &&
    resources.some((resource) => globMatches(resource, call.resource)) &&
    (principals === undefined ? call.principal === undefined : isPrincipal(principals, call.principal)) &&
    conditions.every(({ operator, key, values }) => holds(operator, values, call.context?.[key]))
  );
}

function isPrincipal(principals: readonly string[], principal: string | undefined): boolean {
  return principal !== undefined && (principals.includes('*') || principals.includes(principal));
}

/** A condition on a key that the call does not have does not hold. */
function holds(operator: ConditionOperator, values: readonly string[], found: string | undefined): boolean {
  if (found === undefined) {
    return false;
  }
  return values.some((value) =>
    operator === 'StringEquals' || operator === 'Bool' ? value === found : globMatches(value, found),
  );
}

/** `*` stands for any text and `?` for any character. */
function globMatches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}

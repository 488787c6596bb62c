/**
 * Who may do what by a template, and what AWS's services will do by it: the two sides that the tests of permissions hold against each
 * other. Calls of our own code are not in a template; they are recorded while it runs.
 */
import { allows, type IamCall, matches, parseStatement, type Statement } from './iam-policy.ts';
import type { Resource } from './pipeline-template.ts';
import { account, type Resources, region, resolved } from './template-values.ts';

/** The policies of one subject, and the calls that are judged by them. */
export type Access = {
  /** What the policies are about: `role X`, `trust of X`, `resource ARN`, `policy X` (one that applications attach). */
  subject: string;
  statements: Statement[];
  calls: IamCall[];
};

/** Adds a call that the policies of `subject` must allow. */
type AddCall = (subject: string, call: IamCall) => void;

// biome-ignore lint/suspicious/noExplicitAny: properties of templates, with their references resolved
type Properties = any;

/** The access of all subjects of a template, with the calls that AWS's services make by it. @throws for what is not known here. */
export function accessOf(resources: Resources): Map<string, Access> {
  const all = new Map<string, Access>();
  const of = (subject: string): Access => {
    const access = all.get(subject) ?? { subject, statements: [], calls: [] };
    all.set(subject, access);
    return access;
  };
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    const read = policiesOf[Type];
    if (read === undefined && JSON.stringify(Properties ?? {}).includes('"Statement":')) {
      throw new Error(`${id}, a ${Type}, has a policy: it is not known here what that is about`);
    }
    for (const [subject, statements] of read?.(resolved(Properties, resources), id) ?? []) {
      of(subject).statements.push(...statements.map(parseStatement));
    }
    const addCalls = serviceCalls[Type];
    addCalls?.(resolved(Properties, resources), (subject, call) => of(subject).calls.push(call), id, resources);
  }
  return all;
}

/** The name under which the policies of a role are found. */
export const roleSubject = (arnOrName: string) => `role ${arnOrName.slice(arnOrName.lastIndexOf('/') + 1)}`;
const trustSubject = (arn: string) => `trust of ${arn.slice(arn.lastIndexOf('/') + 1)}`;
const resourceSubject = (arn: string) => `resource ${arn}`;

/** Statements that a resource puts into force, by subject: those of another type put none. */
type PoliciesOf = (properties: Properties, id: string) => [string, unknown[]][];

const policyOfResource: PoliciesOf = ({ PolicyDocument }) =>
  PolicyDocument.Statement.map((one: { Resource: string }) => [resourceSubject(one.Resource), [one]]);

const policiesOf: Readonly<Record<string, PoliciesOf>> = {
  'AWS::IAM::Role': rolePolicies,
  'AWS::IAM::Policy': ({ Roles, PolicyDocument }) =>
    Roles.map((role: string) => [roleSubject(role), PolicyDocument.Statement]),
  'AWS::IAM::ManagedPolicy': ({ PolicyDocument }, id) => [[`policy ${id}`, PolicyDocument.Statement]],
  'AWS::SQS::QueuePolicy': policyOfResource,
  'AWS::SNS::TopicPolicy': policyOfResource,
  'AWS::Lambda::Permission': (properties) => [
    [resourceSubject(properties.FunctionName), [statementOfPermission(properties)]],
  ],
};

function rolePolicies(properties: Properties, id: string): [string, unknown[]][] {
  const { AssumeRolePolicyDocument, ManagedPolicyArns = [], Policies = [] } = properties;
  if (ManagedPolicyArns.length > 0) {
    throw new Error(
      `the role ${id} has policies of AWS, whose statements are not in the template: ${ManagedPolicyArns}`,
    );
  }
  const name = properties.RoleName ?? `TmdbPipeline-${id}`;
  return [
    [trustSubject(name), AssumeRolePolicyDocument.Statement],
    [roleSubject(name), Policies.flatMap((policy: Properties) => policy.PolicyDocument.Statement)],
  ];
}

/** What Lambda makes of a permission in the policy of the function. */
function statementOfPermission(properties: Properties): unknown {
  const {
    Action,
    FunctionName,
    Principal,
    SourceArn,
    SourceAccount,
    FunctionUrlAuthType,
    InvokedViaFunctionUrl,
    ...others
  } = properties;
  if (Object.keys(others).length > 0) {
    throw new Error(`a permission of ${FunctionName} has ${Object.keys(others)}, which is not known here`);
  }
  const equals = {
    ...(SourceAccount && { 'aws:SourceAccount': SourceAccount }),
    ...(FunctionUrlAuthType && { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType }),
  };
  return {
    Effect: 'Allow',
    Action,
    Resource: FunctionName,
    Principal: Principal === '*' ? '*' : { Service: Principal },
    Condition: {
      StringEquals: equals,
      ...(SourceArn && { ArnLike: { 'aws:SourceArn': SourceArn } }),
      ...(InvokedViaFunctionUrl && { Bool: { 'lambda:InvokedViaFunctionUrl': String(InvokedViaFunctionUrl) } }),
    },
  };
}

/** Calls of AWS's services by the type of resource that causes them. Sources: the services' developer guides, November 2026. */
const serviceCalls: Readonly<
  Record<string, (properties: Properties, add: AddCall, id: string, resources: Resources) => void>
> = {
  'AWS::Lambda::Function': ({ Role: role, LoggingConfig, TracingConfig }, add, id) => {
    assume(role, 'lambda.amazonaws.com', add);
    const group = `arn:aws:logs:${region}:${account}:log-group:${LoggingConfig.LogGroup}`;
    for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
      add(roleSubject(role), { action, resource: `${group}:log-stream:2026/11/30/${id}` });
    }
    if (TracingConfig?.Mode === 'Active') {
      // X-Ray knows no resources: its policies name `*`.
      for (const action of ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']) {
        add(roleSubject(role), { action, resource: '*' });
      }
    }
  },
  // Lambda polls the queue by the role of the function.
  'AWS::Lambda::EventSourceMapping': ({ FunctionName, EventSourceArn }, add, _id, resources) => {
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
      add(roleSubject(roleOf(FunctionName, resources)), { action, resource: EventSourceArn });
    }
  },
  'AWS::Lambda::EventInvokeConfig': ({ FunctionName, DestinationConfig = {} }, add, _id, resources) => {
    for (const { Destination } of Object.values(DestinationConfig) as { Destination: string }[]) {
      add(roleSubject(roleOf(FunctionName, resources)), { action: actionOn(Destination), resource: Destination });
    }
  },
  // A URL with IAM authorization asks the policies of its callers; the others are open to everybody.
  'AWS::Lambda::Url': ({ AuthType, TargetFunctionArn: resource }, add) => {
    if (AuthType === 'NONE') {
      for (const call of urlCalls(resource, 'NONE')) {
        add(resourceSubject(resource), { ...call, principal: '*' });
      }
    }
  },
  'AWS::Scheduler::Schedule': ({ Target }, add) => {
    assume(Target.RoleArn, 'scheduler.amazonaws.com', add);
    for (const arn of [Target.Arn, Target.DeadLetterConfig?.Arn].filter((one) => one !== undefined)) {
      add(roleSubject(Target.RoleArn), { action: actionOn(arn), resource: arn });
    }
  },
  'AWS::Events::Rule': ({ Targets }, add, id) => {
    const context = { ...overTls, 'aws:SourceArn': `arn:aws:events:${region}:${account}:rule/TmdbPipeline-${id}` };
    for (const target of Targets) {
      for (const arn of [target.Arn, target.DeadLetterConfig?.Arn].filter((one) => one !== undefined)) {
        add(resourceSubject(arn), { action: actionOn(arn), resource: arn, principal: 'events.amazonaws.com', context });
      }
    }
  },
  'AWS::CloudWatch::Alarm': ({ AlarmActions = [], OKActions = [], InsufficientDataActions = [] }, add) => {
    const context = { ...overTls, 'aws:SourceAccount': account };
    for (const arn of new Set<string>([...AlarmActions, ...OKActions, ...InsufficientDataActions])) {
      add(resourceSubject(arn), {
        action: actionOn(arn),
        resource: arn,
        principal: 'cloudwatch.amazonaws.com',
        context,
      });
    }
  },
};

/** AWS's services call each other over TLS only. */
const overTls = { 'aws:SecureTransport': 'true' };

/** What the caller of a function URL needs. Source: Lambda developer guide, access to function URLs; both since October 2025. */
export function urlCalls(functionArn: string, authType: 'NONE' | 'AWS_IAM'): IamCall[] {
  return [
    { action: 'lambda:InvokeFunctionUrl', resource: functionArn, context: { 'lambda:FunctionUrlAuthType': authType } },
    { action: 'lambda:InvokeFunction', resource: functionArn, context: { 'lambda:InvokedViaFunctionUrl': 'true' } },
  ];
}

/** A service assumes the role that it is given. */
function assume(role: string, service: string, add: AddCall): void {
  const context = { 'aws:SourceAccount': account };
  add(trustSubject(role), { action: 'sts:AssumeRole', resource: role, principal: service, context });
}

/** What handing an event or a message over to a target needs. */
function actionOn(arn: string): string {
  const action = { lambda: 'lambda:InvokeFunction', sqs: 'sqs:SendMessage', sns: 'sns:Publish' }[
    arn.split(':')[2] ?? ''
  ];
  if (action === undefined) {
    throw new Error(`it is not known here what handing over to ${arn} needs`);
  }
  return action;
}

/** The ARN of the role of a function, which is given by its name or its ARN. */
function roleOf(functionName: string, resources: Resources): string {
  const [, resource] =
    Object.entries(resources).find(
      ([id, { Type }]: [string, Resource]) =>
        Type === 'AWS::Lambda::Function' && functionName.endsWith(`TmdbPipeline-${id}`),
    ) ?? [];
  return String(resolved(resource?.Properties.Role, resources));
}

/**
 * What is wrong between policies and calls, one sentence each; empty when nothing is: a call that is not allowed, and a permission
 * that no call needs, or that is given twice.
 */
export function problemsOf(all: Iterable<Access>): string[] {
  return [...all].flatMap(({ subject, statements, calls }) => {
    const missing = calls
      .filter((call) => !allows(statements, call))
      .map(({ action, resource }) => `${subject}: ${action} on ${resource} is called and not allowed`);
    return [...missing, ...statements.flatMap((one) => unusedIn(one, statements, subject, calls))];
  });
}

function unusedIn(
  statement: Statement,
  all: readonly Statement[],
  subject: string,
  calls: readonly IamCall[],
): string[] {
  const { effect, actions, resources } = statement;
  if (effect === 'Deny') {
    return isTlsOnly(statement) ? [] : [`${subject}: it is not known here what denying ${actions} is for`];
  }
  return actions.flatMap((action) =>
    resources.flatMap((resource) => {
      const one = { ...statement, actions: [action], resources: [resource] };
      const used = calls.filter((call) => matches(one, call));
      if (action.includes('*')) {
        return [`${subject}: ${action} on ${resource} allows more than one action`];
      }
      if (used.length === 0) {
        return [`${subject}: ${action} on ${resource} is allowed and never called`];
      }
      const others = all.filter((other) => other !== statement);
      return used.every((call) => allows(others, call))
        ? [`${subject}: ${action} on ${resource} is allowed twice`]
        : [];
    }),
  );
}

/** A statement that denies what does not come over TLS. */
function isTlsOnly({ conditions }: Statement): boolean {
  const [{ operator, key, values } = { operator: '', key: '', values: [''] }, ...others] = conditions;
  return others.length === 0 && operator === 'Bool' && key === 'aws:SecureTransport' && values[0] === 'false';
}

import type { Resource } from './pipeline-template.ts';

/** Where a template is deployed in tests. */
export const account = '123456789012';
export const region = 'us-east-1';
const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Resources by logical id. */
export type Resources = Readonly<Record<string, Resource>>;

/** The ARN of a resource by its name, and the property that may give it one, by type. */
const kinds: Readonly<Record<string, { nameIn: string; arn: (name: string) => string }>> = {
  'AWS::DynamoDB::Table': { nameIn: 'TableName', arn: (name) => arnOf('dynamodb', `table/${name}`) },
  'AWS::SQS::Queue': { nameIn: 'QueueName', arn: (name) => arnOf('sqs', name) },
  'AWS::Lambda::Function': { nameIn: 'FunctionName', arn: (name) => arnOf('lambda', `function:${name}`) },
  'AWS::Logs::LogGroup': { nameIn: 'LogGroupName', arn: (name) => arnOf('logs', `log-group:${name}:*`) },
  'AWS::SNS::Topic': { nameIn: 'TopicName', arn: (name) => arnOf('sns', name) },
  'AWS::Events::Rule': { nameIn: 'Name', arn: (name) => arnOf('events', `rule/${name}`) },
  'AWS::CloudWatch::Alarm': { nameIn: 'AlarmName', arn: (name) => arnOf('cloudwatch', `alarm:${name}`) },
  'AWS::IAM::Role': { nameIn: 'RoleName', arn: (name) => `arn:aws:iam::${account}:role/${name}` },
  'AWS::IAM::ManagedPolicy': { nameIn: 'ManagedPolicyName', arn: (name) => `arn:aws:iam::${account}:policy/${name}` },
};

/** Types whose `Ref` is their ARN. */
const refersByArn = ['AWS::SNS::Topic', 'AWS::IAM::ManagedPolicy'];

/** ARN in the account and region of the tests. */
export function arnOf(service: string, rest: string): string {
  return `arn:aws:${service}:${region}:${account}:${rest}`;
}

/** The name that a resource has once it is deployed: its own, or one that begins with the stack's, as CloudFormation makes them. */
export function physicalName(id: string, resources: Resources): string {
  const { Type = '', Properties } = resources[id] ?? {};
  return String(Properties?.[kinds[Type]?.nameIn ?? ''] ?? `TmdbPipeline-${id}`);
}

/** The ARN of a resource by its logical id. @throws for a type whose ARNs are not known here. */
export function physicalArn(id: string, resources: Resources): string {
  const kind = kinds[resources[id]?.Type ?? ''];
  if (kind === undefined) {
    throw new Error(`'${id}' is a ${resources[id]?.Type}, whose ARN is not known here: add it to the kinds`);
  }
  return kind.arn(physicalName(id, resources));
}

/** A queue's URL at AWS. */
export function queueUrlOf(name: string): string {
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}

/** A value of the template with its references resolved, deep. @throws for a function of CloudFormation that is not known here. */
export function resolved(value: unknown, resources: Resources): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => resolved(one, resources));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[name = '', argument] = [], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    return called(name, argument, resources);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member, resources)]));
}

function called(name: string, argument: unknown, resources: Resources): string {
  if (name === 'Ref') {
    return pseudo[String(argument)] ?? refOf(String(argument), resources);
  }
  if (name === 'Fn::GetAtt') {
    const [id = '', attribute = ''] = argument as string[];
    return attributeOf(id, attribute, resources);
  }
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => String(resolved(part, resources))).join(separator);
  }
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    return argument.replaceAll(/\$\{([\w:]+)\}/g, (_, id: string) => pseudo[id] ?? refOf(id, resources));
  }
  throw new Error(`${name} of ${JSON.stringify(argument)} is not known here`);
}

function attributeOf(id: string, attribute: string, resources: Resources): string {
  const { Type, Properties } = resources[id] ?? {};
  if (Type === 'AWS::Lambda::Url' && attribute === 'FunctionArn') {
    return String(resolved(Properties.TargetFunctionArn, resources));
  }
  // Other attributes, such as those that dimensions of alarms are made of, are in no policy: this is equal to nothing else.
  return attribute === 'Arn' ? physicalArn(id, resources) : `<${id}.${attribute}>`;
}

function refOf(id: string, resources: Resources): string {
  const type = resources[id]?.Type ?? '';
  if (type === 'AWS::SQS::Queue') {
    return queueUrlOf(physicalName(id, resources));
  }
  return refersByArn.includes(type) ? physicalArn(id, resources) : physicalName(id, resources);
}

import * as z from 'zod';

/** The resources of a CloudFormation template that have standing costs. */
export type TemplateInventory = {
  eventSources: number;
  alarmMetrics: number;
  dashboards: number;
  keys: number;
  secrets: number;
  /** Provisioned units of all tables and indexes; 0 in on-demand mode. */
  provisioned: { readUnits: number; writeUnits: number };
  /** Resource types that the model does not know: the bill does not include them. */
  unpriced: string[];
};

/** The part of a CloudFormation template that is read. */
export const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});
type Template = z.infer<typeof templateSchema>;

const throughputSchema = z.object({
  ReadCapacityUnits: z.number().optional(),
  WriteCapacityUnits: z.number().optional(),
});
type Throughput = z.infer<typeof throughputSchema>;
const throughputsSchema = z.object({
  ProvisionedThroughput: throughputSchema.optional(),
  GlobalSecondaryIndexes: z.array(z.object({ ProvisionedThroughput: throughputSchema.optional() })).optional(),
});
const metricsSchema = z.object({ Metrics: z.array(z.unknown()).optional() });

/** Resources without standing costs: billed by use (which month-cost.ts counts) or free. */
const billedByUseOrFree = new Set([
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::Logs::LogGroup',
  'AWS::Lambda::Function',
  'AWS::Lambda::Version',
  'AWS::Lambda::Alias',
  'AWS::CodeDeploy::Application',
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::Scheduler::Schedule',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::Events::Rule',
  // E-mail: the first thousand a month are free. Source: SNS pricing, November 2026.
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SNS::Subscription',
  'AWS::CDK::Metadata',
]);
const counted = new Set([
  'AWS::Lambda::EventSourceMapping',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::DynamoDB::Table',
]);

/** Counts the resources of a template. */
export function inventoryOf(template: Template): TemplateInventory {
  const resources = Object.values(template.Resources);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const throughputs = ofType('AWS::DynamoDB::Table').flatMap(({ Properties = {} }) => {
    const { ProvisionedThroughput, GlobalSecondaryIndexes = [] } = throughputsSchema.parse(Properties);
    return [ProvisionedThroughput, ...GlobalSecondaryIndexes.map((index) => index.ProvisionedThroughput)];
  });
  const sum = (unit: keyof Throughput) => throughputs.reduce((total, one) => total + (one?.[unit] ?? 0), 0);
  return {
    eventSources: ofType('AWS::Lambda::EventSourceMapping').length,
    // Each metric of an alarm is billed, including those of metric math.
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce(
      (total, { Properties = {} }) => total + (metricsSchema.parse(Properties).Metrics?.length ?? 1),
      0,
    ),
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    keys: ofType('AWS::KMS::Key').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    provisioned: { readUnits: sum('ReadCapacityUnits'), writeUnits: sum('WriteCapacityUnits') },
    unpriced: [...new Set(resources.map(({ Type }) => Type))].filter(
      (type) => !billedByUseOrFree.has(type) && !counted.has(type),
    ),
  };
}

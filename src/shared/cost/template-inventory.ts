import * as z from 'zod';

/** The resources of a CloudFormation template that have standing costs. */
export type TemplateInventory = {
  eventSources: EventSourceFacts[];
  alarmMetrics: number;
  dashboards: number;
  keys: number;
  secrets: number;
  /** Provisioned units of all tables and indexes; 0 in on-demand mode. */
  provisioned: { readUnits: number; writeUnits: number };
  /** Logical ids of the functions for which Lambda logs START, END and REPORT: all whose system log level is not WARN. */
  loggedInvocations: string[];
  /** Resource types that the model does not know: the bill does not include them. */
  unpriced: string[];
};

/** An event source by its logical id, such as `WorkerSource`, and its maximum concurrency if it has one. */
export type EventSourceFacts = { name: string; maximumConcurrency?: number | undefined };

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
const scalingSchema = z.object({ ScalingConfig: z.object({ MaximumConcurrency: z.number().optional() }).optional() });
const loggingSchema = z.object({ LoggingConfig: z.object({ SystemLogLevel: z.string().optional() }).optional() });
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
  // Billed by request and transfer.
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::OriginRequestPolicy',
  'AWS::CloudFront::ResponseHeadersPolicy',
  'AWS::Lambda::Version',
  'AWS::Lambda::Alias',
  'AWS::IAM::ManagedPolicy',
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
    eventSources: eventSourcesOf(template),
    loggedInvocations: Object.entries(template.Resources)
      .filter(
        ([, { Type, Properties = {} }]) =>
          Type === 'AWS::Lambda::Function' && loggingSchema.parse(Properties).LoggingConfig?.SystemLogLevel !== 'WARN',
      )
      .map(([id]) => id),
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

/** CDK appends eight hexadecimal digits to a logical id. */
function eventSourcesOf({ Resources }: Template): EventSourceFacts[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping')
    .map(([id, { Properties = {} }]) => ({
      name: id.replace(/[0-9A-F]{8}$/, ''),
      maximumConcurrency: scalingSchema.parse(Properties).ScalingConfig?.MaximumConcurrency,
    }));
}

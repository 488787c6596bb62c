import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  EventSourceMapping,
  type FunctionProps,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, LogGroupClass } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';

/** One function: its bundle, its permissions, and the environment variables of its handler. */
export type PipelineFunctionProps = Pick<
  FunctionProps,
  'description' | 'recursiveLoop' | 'onFailure' | 'retryAttempts' | 'maxEventAge' | 'loggingFormat' | 'systemLogLevelV2'
> & {
  /** URL of the bundle's `index.mjs`. */
  bundleUrl: string;
  memoryMb: number;
  timeoutSeconds: number;
  logRetentionDays: number;
  environment: Record<string, string>;
  /** Permissions: the actions that the function may use on each resource. It has no others, except for writing its logs. */
  may: readonly { on: string; actions: readonly string[] }[];
};

/** How a function consumes its queue. */
type ConsumerSettings = Pick<Settings['worker'], 'batchSize' | 'batchingWindowSeconds'> & {
  maximumConcurrency?: number | undefined;
};

/** A function on arm64 with its own role and a log group of the class STANDARD, the only one that supports EMF metrics. */
export class PipelineFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    const { bundleUrl, memoryMb, timeoutSeconds, logRetentionDays, may, ...rest } = props;
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: logRetentionDays,
      logGroupClass: LogGroupClass.STANDARD,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logs = { on: logGroup.logGroupArn, actions: ['logs:CreateLogStream', 'logs:PutLogEvents'] };
    for (const { on, actions } of [...may, logs]) {
      role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [on] }));
    }
    super(scope, id, {
      ...rest,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(dirname(fileURLToPath(bundleUrl))),
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      role,
      logGroup,
    });
  }

  /**
   * Connects a queue to the function. Only the messages of a batch that failed are delivered again. Without a maximum concurrency Lambda may
   * keep fewer pollers while the queue is idle (docs/adr/0030).
   */
  consume(queue: IQueue, consumer: ConsumerSettings): void {
    this.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [queue.queueArn],
      }),
    );
    new EventSourceMapping(this, 'Source', {
      target: this,
      eventSourceArn: queue.queueArn,
      batchSize: consumer.batchSize,
      maxBatchingWindow: Duration.seconds(consumer.batchingWindowSeconds),
      ...(consumer.maximumConcurrency !== undefined && { maxConcurrency: consumer.maximumConcurrency }),
      reportBatchItemFailures: true,
    });
  }
}

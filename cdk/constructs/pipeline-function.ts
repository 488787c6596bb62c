import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Code,
  EventSourceMapping,
  type FunctionProps,
  type FunctionUrl,
  type FunctionUrlOptions,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, LogGroupClass } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';

/** Actions that are allowed on one resource, which is given by its ARN. */
export type Grant = { on: string; actions: readonly string[] };

/** One function: its bundle, its permissions, and the environment variables of its handler. */
export type PipelineFunctionProps = Pick<
  FunctionProps,
  | 'description'
  | 'recursiveLoop'
  | 'onFailure'
  | 'retryAttempts'
  | 'maxEventAge'
  | 'reservedConcurrentExecutions'
  | 'loggingFormat'
  | 'systemLogLevelV2'
> & {
  /** URL of the bundle's `index.mjs`. */
  bundleUrl: string;
  memoryMb: number;
  timeoutSeconds: number;
  logRetentionDays: number;
  tracing: boolean;
  /** Whether the function has an alias, for its invokers, that a roll-out can shift. */
  aliased: boolean;
  environment: Record<string, string>;
  /** Permissions: the actions that the function may use on each resource. It has no others, except for writing its logs. */
  may: readonly Grant[];
};

/** Statements that allow this, one for each resource. */
export function statementsFor(grants: readonly Grant[]): PolicyStatement[] {
  const byResource = Map.groupBy(grants, ({ on }) => on);
  return [...byResource].map(
    ([on, those]) => new PolicyStatement({ actions: those.flatMap(({ actions }) => actions), resources: [on] }),
  );
}

/** How a function consumes its queue. */
type ConsumerSettings = Pick<Settings['worker'], 'batchSize' | 'batchingWindowSeconds'> & {
  maximumConcurrency?: number | undefined;
};

/** A function on arm64 with its own role and a log group of the class STANDARD, the only one that supports EMF metrics. */
export class PipelineFunction extends LambdaFunction {
  /** The alias that all invokers name instead of the function, if there is one. */
  readonly alias: Alias | undefined;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    const { bundleUrl, memoryMb, timeoutSeconds, logRetentionDays, tracing, aliased, may, ...given } = props;
    const { onFailure, retryAttempts, maxEventAge, ...rest } = given;
    // Asynchronous invocations of an alias ignore the configuration of the function itself.
    const asynchronous = {
      ...(onFailure && { onFailure }),
      ...(retryAttempts !== undefined && { retryAttempts }),
      ...(maxEventAge && { maxEventAge }),
    };
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: logRetentionDays,
      logGroupClass: LogGroupClass.STANDARD,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logs = { on: logGroup.logGroupArn, actions: ['logs:CreateLogStream', 'logs:PutLogEvents'] };
    for (const statement of statementsFor([...may, logs])) {
      role.addToPolicy(statement);
    }
    super(scope, id, {
      ...rest,
      ...(!aliased && asynchronous),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(dirname(fileURLToPath(bundleUrl))),
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      role,
      logGroup,
      ...(tracing && { tracing: Tracing.ACTIVE }),
    });
    this.alias = aliased
      ? new Alias(this, 'Live', { aliasName: 'live', version: this.currentVersion as IVersion, ...asynchronous })
      : undefined;
  }

  /** What invokers name: the alias if there is one, else the function itself. */
  get entry(): IFunction {
    return (this.alias as IFunction | undefined) ?? this;
  }

  /** Adds the URL of `entry`. */
  override addFunctionUrl(options?: FunctionUrlOptions): FunctionUrl {
    return this.alias?.addFunctionUrl(options) ?? super.addFunctionUrl(options);
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
      target: this.entry,
      eventSourceArn: queue.queueArn,
      batchSize: consumer.batchSize,
      maxBatchingWindow: Duration.seconds(consumer.batchingWindowSeconds),
      ...(consumer.maximumConcurrency !== undefined && { maxConcurrency: consumer.maximumConcurrency }),
      reportBatchItemFailures: true,
    });
  }
}

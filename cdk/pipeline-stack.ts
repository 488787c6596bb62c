import { Annotations, CfnOutput, Duration, Stack, Tags } from 'aws-cdk-lib';
import {
  type FunctionUrl,
  FunctionUrlAuthType,
  LoggingFormat,
  RecursiveLoop,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { fetchQueue, itemQueue } from '../src/shared/queues/queue-definitions.ts';
import { writersAtMost } from '../src/shared/settings/event-source-pollers.ts';
import type { Settings } from '../src/shared/settings/settings-schema.ts';
import { settingsMetadata } from '../src/shared/settings/stack-names.ts';
import { categoryIndex } from '../src/shared/tables/table-definitions.ts';
import type { ServiceName } from '../src/shared/telemetry/metric-ledger.ts';
import { tmdbBaseUrl } from '../src/shared/tmdb/token-address.ts';
import { Alarms } from './constructs/alarms.ts';
import { QueueWithDlq } from './constructs/guarded-queue.ts';
import { PipelineDashboard } from './constructs/pipeline-dashboard.ts';
import { type Grant, PipelineFunction } from './constructs/pipeline-function.ts';
import { PipelineTables } from './constructs/pipeline-tables.ts';
import { ReaderCdn } from './constructs/reader-cdn.ts';
import { ReaderPolicies, readerGrants, signedCors } from './constructs/reader-policies.ts';
import { Rollout } from './constructs/rollout.ts';
import { Triggers } from './constructs/triggers.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** Within this time Lambda makes up to three attempts of an asynchronous invocation of the planner. */
const plannerEventAge = Duration.hours(1);

/** The whole pipeline. Two steps are manual: storing the token in Parameter Store, and confirming the e-mail subscription. */
export class PipelineStack extends Stack {
  /** The parts of the stack that have metrics. */
  readonly parts: PipelineParts;
  /** The gradual roll-out of new versions, where the settings ask for one. */
  readonly rollout: Rollout | undefined;
  readonly #settings: Settings;
  readonly #bundles: Record<ServiceName, string>;

  /** `bundles`: URLs as `bundleHandlers` returns them. */
  constructor(scope: Construct, settings: Settings, bundles: Record<ServiceName, string>) {
    super(scope, settings.deployment.stackName, { description: 'tmdb-pipeline: TMDB lists and titles in DynamoDB' });
    this.#settings = settings;
    this.#bundles = bundles;
    const tables = new PipelineTables(this, 'Tables', settings);
    const fetch = new QueueWithDlq(this, 'Fetch', fetchQueue(settings));
    const items = new QueueWithDlq(this, 'Items', itemQueue(settings));
    const planner = this.#planner({ tables, fetch });
    const worker = this.#worker({ tables, fetch, items });
    const writer = this.#writer({ tables, items });
    const reader = this.#reader({ tables, fetch, items });
    const front = this.#front(reader);
    new Triggers(this, 'Triggers', planner.entry, fetch.deadLetters, settings.schedules);
    this.parts = { tables, fetch, items, planner, worker, writer, reader };
    new Alarms(this, 'Alarms', this.parts, settings);
    if (settings.deployment.rollback === 'alarms') {
      this.rollout = new Rollout(this, 'Rollout', [planner, worker, writer, reader]);
    }
    const dashboard = new PipelineDashboard(this, 'Watch', this.parts, settings);
    this.#outputs(this.parts, front, dashboard.name);
    this.templateOptions.metadata = { [settingsMetadata]: JSON.stringify(settings) };
    Tags.of(this).add('application', 'tmdb-pipeline');
    if (settings.deployment.alarmEmail === undefined) {
      Annotations.of(this).addWarningV2('no-alarm-email', 'alarms reach nobody: deployment.alarmEmail is not set');
    }
  }

  #planner({ tables, fetch }: Pick<PipelineParts, 'tables' | 'fetch'>): PipelineFunction {
    return new PipelineFunction(this, 'Planner', {
      ...this.#common('planner'),
      description: 'Schedule occurrences and ad-hoc events to fetch jobs',
      // CDK's own destination would also allow what only consumers of a queue need.
      onFailure: { bind: () => ({ destination: fetch.deadLetters.queueArn }) },
      retryAttempts: 2,
      maxEventAge: plannerEventAge,
      environment: {
        ...this.#variables(),
        CATALOG_TABLE: tables.catalog.tableName,
        CONTROL_TABLE: tables.control.tableName,
        FETCH_QUEUE_URL: fetch.queue.queueUrl,
        TMDB_BASE_URL: tmdbBaseUrl,
        TMDB_TOKEN_PARAMETER: this.#settings.deployment.tokenParameter,
      },
      may: [
        { on: `${tables.catalog.tableArn}/index/${categoryIndex}`, actions: ['dynamodb:Query'] },
        { on: tables.catalog.tableArn, actions: ['dynamodb:BatchGetItem'] },
        // Powertools' idempotency puts, updates and deletes records. The planner reads heads and in-flight marks, and writes marks.
        {
          on: tables.control.tableArn,
          actions: [
            'dynamodb:BatchGetItem',
            'dynamodb:BatchWriteItem',
            'dynamodb:PutItem',
            'dynamodb:UpdateItem',
            'dynamodb:DeleteItem',
          ],
        },
        { on: fetch.queue.queueArn, actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes'] },
        { on: fetch.deadLetters.queueArn, actions: ['sqs:SendMessage'] },
        ...(this.#settings.details.enabled ? this.#mayReadChanges(tables) : []),
      ],
    });
  }

  /** For TMDB's lists of changes the planner keeps a record of its own, uses throttle and breaker like a worker, and needs the token. */
  #mayReadChanges({ control }: PipelineParts['tables']): Grant[] {
    return [{ on: control.tableArn, actions: ['dynamodb:GetItem'] }, this.#mayReadToken()];
  }

  #worker({ tables, fetch, items }: Pick<PipelineParts, 'tables' | 'fetch' | 'items'>): PipelineFunction {
    const { tokenParameter } = this.#settings.deployment;
    const worker = new PipelineFunction(this, 'Worker', {
      ...this.#common('worker'),
      description: 'Fetch jobs to pages of TMDB',
      // Deferrals send jobs back to the worker's own queue. Lambda's loop detection would stop that after 16 rounds.
      recursiveLoop: RecursiveLoop.ALLOW,
      environment: {
        ...this.#variables(),
        CONTROL_TABLE: tables.control.tableName,
        FETCH_QUEUE_URL: fetch.queue.queueUrl,
        FETCH_DLQ_URL: fetch.deadLetters.queueUrl,
        ITEM_QUEUE_URL: items.queue.queueUrl,
        TMDB_BASE_URL: tmdbBaseUrl,
        TMDB_TOKEN_PARAMETER: tokenParameter,
      },
      may: [
        {
          on: tables.control.tableArn,
          actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        },
        { on: fetch.queue.queueArn, actions: ['sqs:SendMessage'] },
        { on: fetch.deadLetters.queueArn, actions: ['sqs:SendMessage'] },
        { on: items.queue.queueArn, actions: ['sqs:SendMessage'] },
        this.#mayReadToken(),
      ],
    });
    worker.consume(fetch.queue, this.#settings.worker);
    return worker;
  }

  #writer({ tables, items }: Pick<PipelineParts, 'tables' | 'items'>): PipelineFunction {
    const writer = new PipelineFunction(this, 'Writer', {
      ...this.#common('writer'),
      description: 'Pages to rows of the catalog table',
      environment: {
        ...this.#variables(),
        CATALOG_TABLE: tables.catalog.tableName,
        CONTROL_TABLE: tables.control.tableName,
        ITEM_DLQ_URL: items.deadLetters.queueUrl,
      },
      may: [
        { on: tables.catalog.tableArn, actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'] },
        {
          on: tables.control.tableArn,
          actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        },
        { on: items.deadLetters.queueArn, actions: ['sqs:SendMessage'] },
      ],
    });
    writer.consume(items.queue, { ...this.#settings.writer, maximumConcurrency: writersAtMost(this.#settings) });
    return writer;
  }

  #reader({ tables, fetch, items }: Pick<PipelineParts, 'tables' | 'fetch' | 'items'>): PipelineFunction {
    const { tokenParameter, reader } = this.#settings.deployment;
    const { reservedConcurrency, url, cors } = reader;
    const grants = readerGrants({ tables, fetch, items });
    return new PipelineFunction(this, 'Reader', {
      ...this.#common('reader'),
      description: 'Lists, titles and recommendations from the cache',
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      // No START, END and REPORT of each read, which would cost more than the read (docs/adr/0030). Failures are logged.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      environment: {
        ...this.#variables(),
        CATALOG_TABLE: tables.catalog.tableName,
        CONTROL_TABLE: tables.control.tableName,
        FETCH_QUEUE_URL: fetch.queue.queueUrl,
        ITEM_QUEUE_URL: items.queue.queueUrl,
        TMDB_BASE_URL: tmdbBaseUrl,
        TMDB_TOKEN_PARAMETER: tokenParameter,
        ...(url === 'public' && cors.origins.length > 0 && { CORS_ORIGINS: cors.origins.join() }),
      },
      may: [...grants.table, ...grants.control, ...grants.live, this.#mayReadToken()],
    });
  }

  /** What callers reach the reader by. With the CDN its own URL requires IAM, so that nobody can go around the cache. */
  #front(reader: PipelineFunction): { url?: FunctionUrl; cdn?: ReaderCdn } {
    const { url, cdn, cors } = this.#settings.deployment.reader;
    if (url === 'none') {
      return {};
    }
    const isOpen = url === 'public' && !cdn;
    const own = reader.addFunctionUrl({
      authType: isOpen ? FunctionUrlAuthType.NONE : FunctionUrlAuthType.AWS_IAM,
      ...(url === 'iam' && cors.origins.length > 0 && { cors: signedCors(cors.origins) }),
    });
    return cdn ? { url: own, cdn: new ReaderCdn(this, 'ReaderCdn', own, cors.origins) } : { url: own };
  }

  /** No permission for KMS is needed: Parameter Store's AWS-managed key allows decryption to those who may read the parameter. */
  #mayReadToken(): Grant {
    const resourceName = this.#settings.deployment.tokenParameter.slice(1);
    return {
      on: this.formatArn({ service: 'ssm', resource: 'parameter', resourceName }),
      actions: ['ssm:GetParameter'],
    };
  }

  #common(service: ServiceName) {
    const { memoryMb, timeoutSeconds } = this.#settings[service];
    const { logRetentionDays, tracing, rollback } = this.#settings.deployment;
    const aliased = rollback === 'alarms';
    return { bundleUrl: this.#bundles[service], memoryMb, timeoutSeconds, logRetentionDays, tracing, aliased };
  }

  /** The variables of every function. */
  #variables(): Record<string, string> {
    return { POWERTOOLS_METRICS_NAMESPACE: this.stackName };
  }

  /** The outputs that the command line and an application need, with the names of `local --json`. */
  #outputs(parts: PipelineParts, front: { url?: FunctionUrl; cdn?: ReaderCdn }, dashboardName: string): void {
    const { tables, fetch, items, planner, reader } = parts;
    const { url, cdn } = this.#settings.deployment.reader;
    new ReaderPolicies(this, 'ReaderPolicies', parts, url === 'iam' && !cdn ? front.url : undefined);
    const outputs = {
      ...(front.url !== undefined && { ReaderUrl: front.url.url }),
      ...(front.cdn !== undefined && { ReaderCdnUrl: front.cdn.url }),
      ReaderFunction: reader.entry.functionName,
      FetchQueueUrl: fetch.queue.queueUrl,
      FetchDlqUrl: fetch.deadLetters.queueUrl,
      ItemQueueUrl: items.queue.queueUrl,
      ItemDlqUrl: items.deadLetters.queueUrl,
      CatalogTable: tables.catalog.tableName,
      ControlTable: tables.control.tableName,
      PlannerFunction: planner.entry.functionName,
      DashboardName: dashboardName,
      TokenParameter: this.#settings.deployment.tokenParameter,
    };
    for (const [name, value] of Object.entries(outputs)) {
      new CfnOutput(this, name, { value });
    }
  }
}
